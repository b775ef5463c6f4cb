import assert from "node:assert/strict";
import { test } from "node:test";
import { originalPositionFor, TraceMap, type EncodedSourceMap } from "@jridgewell/trace-mapping";
import { compactBundle } from "./compactBundle.ts";

const SOURCE = `/* © a licence */
export function thrower() {
  // why
  throw new Error("…");
}
`;

test("a compact bundle has no comment and no character beyond ASCII, and its stacks still lead to the sources", async () => {
  const { transform } = await import("esbuild");
  const built = await transform(SOURCE, { sourcefile: "/src/thrower.ts", loader: "ts", sourcemap: "inline" });
  const compact = await compactBundle(built.code, "/bundle.js");
  const at = compact.indexOf("throw new Error");
  assert.ok(at > 0 && compact.length < built.code.length);
  assert.ok(!/why|licence|[^\0-\x7f]/.test(compact));
  const encoded = compact.slice(compact.lastIndexOf("base64,") + "base64,".length);
  const map = JSON.parse(Buffer.from(encoded, "base64").toString()) as EncodedSourceMap;
  assert.equal(map.file, "/bundle.js");
  assert.equal(map.sourcesContent, undefined);
  const line = compact.slice(0, at).split("\n").length;
  const column = at - (compact.lastIndexOf("\n", at) + 1);
  const { source, line: found } = originalPositionFor(new TraceMap(map), { line, column });
  assert.deepEqual([source, found], ["/src/thrower.ts", 4]);
});
