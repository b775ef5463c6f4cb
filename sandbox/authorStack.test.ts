import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";
import { authorStack } from "./authorStack.ts";
import { createGuests, startOf } from "./testGuest.ts";

const guests = await createGuests();

/** A bundle as publishing makes it, of an author's file with one helper module. */
async function bundle(source: string, minify = false): Promise<{ code: string; map: string }> {
  const files: Record<string, string> = {
    "main.ts": source,
    "lib/helper.ts": "type Fail = never;\n\nexport function fail(): Fail {\n  throw new Error('deep');\n}\n",
  };
  const result = await build({
    stdin: { contents: `exports.modules = {}; exports.task = require("main.ts");` },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "neutral",
    sourcemap: "external",
    outfile: "x.js",
    minify,
    plugins: [
      {
        name: "files",
        setup(b) {
          b.onResolve({ filter: /./ }, ({ path }) => ({ path: path.replace("./", ""), namespace: "tasks" }));
          b.onLoad({ filter: /./, namespace: "tasks" }, ({ path }) => ({ contents: files[path] ?? "", loader: "ts" }));
        },
      },
    ],
  });
  const text = (end: string): string => result.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { code: text(".js"), map: text(".map").replaceAll('"tasks:', '"') };
}

test("a failure's stack names the author's file, line and column, and nothing else", async () => {
  const source =
    "import { fail } from './lib/helper.ts';\ninterface A { n: number }\nexport default async function main(a: A) {\n  await null;\n  return fail();\n}\n";
  const { code, map } = await bundle(source);
  const { failure } = guests.run({ ...startOf(""), bundle: code });
  assert.equal(
    authorStack(failure!.stack!, map).trimEnd(),
    "Error: deep\n    at fail (lib/helper.ts:4:13)\n    at main (main.ts:5:10)",
  );
});

test("columns hold on the bundle's first line", async () => {
  const { code, map } = await bundle("export default () => { null.x }", true);
  assert.equal(code.trim().split("\n").length, 1);
  const { failure } = guests.run({ ...startOf(""), bundle: code });
  assert.match(authorStack(failure!.stack!, map), /\(main\.ts:1:2\d\)$/);
});

test("a log line that quotes a stack is mapped as well, and other text stays", async () => {
  const { code, map } = await bundle("export default () => {\n  console.log('before', new Error('quoted'));\n}");
  const text = guests.run({ ...startOf(""), bundle: code }).logs[0]!.text;
  const mapped = authorStack(text, map);
  assert.match(mapped, /^before Error: quoted\n {4}at \S+ \(main\.ts:2:\d+\)\n?$/);
  for (const same of ["plain", "look at this (a:1:2) there", "at\nhome", ""])
    assert.equal(authorStack(same, map), same);
});

test("a tool's rejection names the line that made the call", async () => {
  const { code, map } = await bundle("export default async () => {\n  await null;\n  await tools.sleep(-1);\n}");
  const { failure } = guests.run({ ...startOf(""), bundle: code });
  assert.match(authorStack(failure!.stack!, map), /^ToolError: sleep .*\n {4}at \S+ \(main\.ts:3:\d+\)$/);
});

test("without a usable map the bundle's positions stay", () => {
  assert.equal(
    authorStack("    at f (bundle.js:1:2)\n    at begin (tasker:prelude:1:2)\n", "nonsense"),
    "    at f (bundle.js:1:2)\n",
  );
});

test("a position that no map can tell stays as the guest wrote it", async () => {
  const { map } = await bundle("export default () => 1");
  for (const position of ["0:0", "0:5", "1:0", `${"9".repeat(400)}:1`, `1:${"9".repeat(400)}`]) {
    const text = `    at foo (bundle.js:${position})`;
    assert.equal(authorStack(text, map), text);
  }
});
