// A long file is fetched here, so that whoever waits sees how far it has come. Without a script the browser fetches it alone.
const NEWLINE = 10;
const lines = (bytes) => bytes.reduce((count, byte) => count + (byte === NEWLINE), 0);

async function read(link, said) {
  const answer = await fetch(link.href);
  if (!answer.ok) return location.assign(link.href);
  const [parts, total, reader] = [[], Number(answer.headers.get("x-lines")), answer.body.getReader()];
  for (let done = 0, piece; !(piece = await reader.read()).done; ) {
    parts.push(piece.value);
    done += lines(piece.value);
    said.textContent = `${(total ? Math.min(done, total) : done).toLocaleString("en-GB")} ${total ? `of ${total.toLocaleString("en-GB")} ` : ""}${link.dataset.lines}`;
  }
  const here = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob(parts, { type: answer.headers.get("content-type") })),
    download: /filename="(.+)"/.exec(answer.headers.get("content-disposition"))[1],
  });
  here.click();
  URL.revokeObjectURL(here.href);
  said.textContent += ": all of it is here";
}

for (const link of document.querySelectorAll("a[data-lines]")) {
  const said = link.parentElement.querySelector("[role=status]");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    said.textContent = "Fetching the file";
    await read(link, said).catch(() => (said.textContent = "It broke off: please try again"));
  });
}
