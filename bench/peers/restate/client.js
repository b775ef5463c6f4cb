// The bench copies this file beside the installed packages and imports it from there (bench/peers/restate.ts).
import { connect, rpc } from "@restatedev/restate-sdk-clients";

/** Returns what makes one run: the idempotency key lets a caller attach to it and refuses a second one, as a workflow id does. */
export function createRun(url) {
  const bench = connect({ url }).serviceClient({ name: "bench" });
  return (name, input, id) => bench[name](input, rpc.opts({ idempotencyKey: id }));
}
