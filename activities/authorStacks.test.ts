import assert from "node:assert/strict";
import { after, test } from "node:test";
import { build } from "esbuild";
import { authorStack } from "../sandbox/authorStack.ts";
import { ticksDuring } from "../test/support/ticks.ts";
import { authorStacks } from "./authorStacks.ts";
import { createComputeThreads } from "./compute/computeThreads.ts";

const compute = createComputeThreads(1);
after(() => compute.close());

async function mapOf(statements: number): Promise<string> {
  const options = { bundle: true, write: false, format: "cjs", sourcemap: "external", outfile: "x.js" } as const;
  const contents = `export default () => {\n${"a.b(c);\n".repeat(statements)}}`;
  const { outputFiles } = await build({ ...options, stdin: { contents, sourcefile: "main.js" } });
  return outputFiles.find(({ path }) => path.endsWith(".map"))!.text;
}

const TEXTS = ["no stack", "before\n    at f (bundle.js:40:8)\n"];

test("stacks are mapped alike whether the source map is small or large", async () => {
  for (const statements of [100, 50_000]) {
    const map = await mapOf(statements);
    const expected = TEXTS.map((text) => authorStack(text, map));
    assert.deepEqual(await authorStacks(compute, TEXTS, map), expected);
    assert.match(expected[1]!, /main\.js:\d+:\d+/);
  }
});

test("while a large source map is read, the event loop turns", async () => {
  const map = await mapOf(200_000);
  const ticks = await ticksDuring(() => authorStacks(compute, TEXTS, map));
  assert(ticks > 1, `${ticks} turns`);
});
