// A document is known by its SHA-256. It is worked out here, so that the document itself stays where it is.
const hexadecimal = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

for (const part of document.querySelectorAll("[data-hashes]")) {
  const [chosen, said] = [part.querySelector("input"), part.querySelector("[role=status]")];
  const lines = document.getElementById(part.dataset.hashes);
  part.hidden = !globalThis.crypto?.subtle;
  chosen.addEventListener("change", async () => {
    const files = Array.from(chosen.files);
    const hashes = await Promise.all(files.map(async (file) => hexadecimal(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))));
    const before = chosen.multiple ? lines.value.split(/\s+/).filter(Boolean) : [];
    lines.value = [...new Set([...before, ...hashes])].join("\n");
    said.textContent = `Added: ${files.map((file) => file.name).join(", ")}`;
  });
}
