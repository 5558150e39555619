// Who asks: a token that names a tenant and is signed with the bench's key.
import { createHmac, timingSafeEqual } from "node:crypto";

const key = Buffer.from(process.env.BENCH_KEY, "hex");

export function tenantOf(header) {
  const [tenant, signature] = (header ?? "").replace(/^Bearer /, "").split(".");
  const expected = createHmac("sha256", key).update(tenant).digest();
  const shown = Buffer.from(signature ?? "", "hex");
  if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) throw new Error("not signed in");
  return tenant;
}
