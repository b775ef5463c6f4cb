import assert from "node:assert/strict";
import { test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { buildOne, callable, evaluate } from "./testFolder.ts";

test("a position after what was rewritten is still the author's", async () => {
  const text =
    "/** @task t */\nexport default async (a) => {\n  function* g() { for (const x of yield { ...a, ...'hi' }) throw new Error('here'); }\n  return [...g()];\n};\n";
  const { bundle, sourceMap } = await buildOne({ "t.js": text });
  const lines = bundle.split("\n");
  const line = lines.findIndex((each) => each.includes("throw new Error"));
  const column = (lines[line] ?? "").indexOf("throw new Error");
  const found = originalPositionFor(new TraceMap(sourceMap), { line: line + 1, column });
  assert.deepEqual([found.source, found.line, found.column], ["tasks/t.js", 3, text.split("\n")[2]!.indexOf("throw")]);
  const call = originalPositionFor(new TraceMap(sourceMap), {
    line: lines.findIndex((each) => each.includes("return [")) + 1,
    column: lines.find((each) => each.includes("return ["))!.indexOf("return"),
  });
  assert.deepEqual([call.line, call.column], [4, 2]);
});

test("a bundle that needs no mending stays as the bundler wrote it", async () => {
  const { bundle } = await buildOne({ "t.js": "/** @task t */ export default async () => ({ a: [...'x'] });" });
  assert.doesNotMatch(bundle, /__toObject|__of\d/);
});

const CJS = {
  "node_modules/cjs-pkg/index.js":
    'Object.defineProperty(exports, "__esModule", { value: true }); exports.add = (a, b) => a + b;',
  "node_modules/cjs-pkg/package.json": '{ "name": "cjs-pkg", "version": "1.0.0", "main": "index.js" }',
};

test("a package of type module gets a CommonJS one as its default import, as in Node", async () => {
  const version = await buildOne({
    ...CJS,
    "node_modules/esm-pkg/lib/index.js": 'import cjs from "cjs-pkg"; export const three = () => cjs.add(1, 2);',
    "node_modules/esm-pkg/package.json": '{ "name": "esm-pkg", "type": "module", "exports": "./lib/index.js" }',
    "t.js": '/** @task t */ import { three } from "esm-pkg"; export default async () => three();',
  });
  assert.equal(await callable(evaluate(version))({}, {}), 3);
});

test("an .mjs file gets a CommonJS package as its default import, as in Node", async () => {
  const task = '/** @task t */ import cjs from "cjs-pkg"; export default async () => cjs.add(1, 2);';
  assert.equal(await callable(evaluate(await buildOne({ ...CJS, "t.mjs": task })))({}, {}), 3);
});

test("other packages and files get a compiled module's default export, as bundlers do", async () => {
  const version = await buildOne({
    "node_modules/dual/index.js":
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => "default";',
    "node_modules/dual/package.json": '{ "name": "dual", "main": "index.js" }',
    "t.js": '/** @task t */ import dual from "dual"; export default async () => dual();',
  });
  assert.equal(await callable(evaluate(version))({}, {}), "default");
});
