import assert from "node:assert/strict";
import { cp, rename } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { buildAll, buildOne, callable, evaluate, withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

const MIXED: Files = {
  "a.ts": 'import { b } from "./m/b.js";\nimport pkg from "pkg";\nexport default () => b + pkg;',
  "m/b.ts": "/** @param {string} x */\nexport enum E { One = 1 }\nexport const b: number = E.One;",
  "c.js": 'module.exports = (i, context) => context.tasks.require("../m/b").b;',
  "node_modules/pkg/package.json": '{ "main": "./lib.js" }',
  "node_modules/pkg/lib.js": "module.exports = 41;",
};

/** Runs the only task of these files. */
async function run(files: Files, input: unknown = null, context: unknown = {}, globals = {}): Promise<unknown> {
  return callable(evaluate(await buildOne(files), globals))(input, context);
}

test("the same sources are the same version, wherever the folder lies, whatever its name, whenever it is published", async () => {
  await withFolder(MIXED, async (folder) => {
    const first = await buildAll(folder);
    const copy = path.join(path.dirname(folder), "deep/er/copy");
    await cp(folder, copy, { recursive: true });
    await rename(folder, path.join(path.dirname(folder), "elsewhere"));
    const second = await buildAll(copy);
    assert.deepEqual(first.problems, []);
    assert.deepEqual([...first.versions.keys()], ["a", "c"]);
    for (const [name, { version, bundle }] of first.versions) {
      assert.match(version, /^[0-9a-f]{64}$/);
      assert.equal(second.versions.get(name)?.version, version);
      assert.equal(second.versions.get(name)?.bundle, bundle);
    }
  });
});

test("what lies around the folder does not decide the version", async () => {
  const version = async (around: Files): Promise<string | undefined> =>
    withFolder({ "a.ts": "export class A { x; }\nexport default () => new A();", ...around }, async (folder) => {
      return (await buildAll(folder)).versions.get("a")?.version;
    });
  const config = '{ "compilerOptions": { "useDefineForClassFields": false, "target": "es5", "alwaysStrict": true } }';
  const with_ = await version({
    "package.json": '{ "type": "commonjs" }',
    "tsconfig.json": config,
    "../package.json": "{}",
  });
  assert.equal(with_, await version({}));
});

test("each part of what was published counts: text, name, description, schema, tools, file", async () => {
  const text = "module.exports = () => 1;";
  const variants: Files[] = [
    { "a.js": text },
    { "a.js": `${text} ` },
    { "b.js": text },
    { "a.cjs": text },
    { "a.js": `/** @task b */${text}` },
    { "a.js": `/** Text. */${text}` },
    { "a.js": `/** @param {string} x */${text}` },
    { "a.js": `/** @tools log */${text}` },
  ];
  const versions = await Promise.all(variants.map(async (files) => (await buildOne(files)).version));
  assert.equal(new Set(versions).size, variants.length);
});

test("neither bundle nor source map holds a path of this machine", async () => {
  await withFolder(MIXED, async (folder) => {
    const { versions } = await buildAll(folder);
    for (const version of versions.values()) {
      const text = JSON.stringify(version);
      assert(!text.includes(path.dirname(folder)) && !text.includes(path.basename(path.dirname(folder))));
    }
    const map = JSON.parse(versions.get("a")!.sourceMap) as { sources: unknown; sourceRoot: unknown };
    assert.deepEqual(map.sources, ["m/b.ts", "node_modules/pkg/lib.js", "a.ts", null]);
    assert.equal(map.sourceRoot, "tasks");
  });
});

test("the source map leads to the author's line and column, also behind a computed import", async () => {
  const source =
    '\uFEFFmodule.exports = async (name) => {\r\n  await import(name).catch(() => 0); throw new Error("here");\r\n};';
  const { bundle, sourceMap } = await buildOne({ "a.js": source });
  const lines = bundle.split("\n");
  const line = lines.findIndex((each) => each.includes("new Error"));
  const column = lines[line]!.indexOf("new Error");
  const place = originalPositionFor(new TraceMap(sourceMap), { line: line + 1, column });
  assert.deepEqual([place.source, place.line, place.column], ["tasks/a.js", 2, 43]);
  const { sourcesContent } = JSON.parse(sourceMap) as { sourcesContent: string[] };
  assert.equal(sourcesContent[0], source.slice(1));
});

test("a source map that a file brings along is not followed: traces name what was published", async () => {
  const map = Buffer.from('{"version":3,"sources":["/home/me/secret.ts"],"names":[],"mappings":"AAAA"}').toString(
    "base64",
  );
  const comment = `//# sourceMappingURL=data:application/json;base64,${map}\n`;
  const files = {
    "a.js": `module.exports = () => require("pkg") + "//# sourceMappingURL=text";\n${comment}`,
    "node_modules/pkg/index.js": `module.exports = 1;\n${comment}`,
  };
  const version = await buildOne(files);
  const { sources } = JSON.parse(version.sourceMap) as { sources: unknown };
  assert.deepEqual(sources, ["node_modules/pkg/index.js", "a.js", null]);
  assert.equal(await callable(evaluate(version))(null, {}), "1//# sourceMappingURL=text");
});

test("a bundle's exports are what the author exported, and loaders for the modules that the context gives", async () => {
  const files = {
    "a.js": 'exports.execute = (input, context) => context.tasks.require("./lib/x");',
    "lib/x.js": 'exports.load = ({ tasks }) => [tasks.require("../lib/y.ts"), tasks.require(`data`)];',
    "lib/y.ts": "export const y: number = 2;",
    "data/index.json": '{ "z": [3] }',
  };
  const { task, modules } = evaluate(await buildOne(files));
  assert.deepEqual(Object.keys(task as object), ["execute"]);
  assert.deepEqual(Object.keys(modules), ["../lib/y.ts", "./lib/x", "data"]);
  assert.equal((modules["../lib/y.ts"]!() as { y: number }).y, 2);
  assert.equal(JSON.stringify(modules["data"]!()), '{"z":[3]}');
  assert.equal(modules["./lib/x"]!(), modules["./lib/x"]!());
});

test("context.tasks.require looks beside the file, then in the tasks folder, then treats that as the top", async () => {
  const files = {
    "sub/a.js": `/** @task a */ module.exports = (i, c) =>
      ["./near", "far", "../../../up"].map((x) => c.load[x]()) && [c.tasks.require("./near"), c.tasks.require("far"), c.tasks.require("../../../up")];`,
    "sub/near.js": "module.exports = 'sub/near';",
    "near.js": "module.exports = 'near';",
    "far.js": "module.exports = 'far';",
    "up.js": "module.exports = 'up';",
  };
  const exports = evaluate(await buildOne(files));
  const require = (specifier: string): unknown => exports.modules[specifier]!();
  const result = await callable(exports)(null, { load: exports.modules, tasks: { require } });
  assert.equal(JSON.stringify(result), '["sub/near","far","up"]');
});

test("the loaders are there while the task's top level runs", async () => {
  const files = {
    "a.js": 'const x = context.tasks.require("./m/x");\nmodule.exports = () => x;',
    "m/x.js": "module.exports = 5;",
  };
  const version = await buildOne(files);
  const inside = `const context = { tasks: { require: (name) => module.exports.modules[name]() } };\n${version.bundle}`;
  assert.equal(await callable(evaluate({ ...version, bundle: inside }))(null, {}), 5);
});

test("every form of a task can be called", async () => {
  const forms = {
    "default.mjs": "export default async (input) => input + 1;",
    "commonjs.js": "module.exports = async function execute(input) { return input + 1; };",
    "object.cjs": "module.exports = { async execute(input) { return input + 1; } };",
    "execute.js": "exports.execute = async (input) => input + 1;",
    "named.ts": "export async function execute(input: number): Promise<number> { return input + 1; }",
    "tools.js": "export async function runTask(input, tools) { return input + 1; }",
    "equals.cts": "export = async (input: number) => input + 1;",
  };
  for (const [name, text] of Object.entries(forms)) assert.equal(await run({ [name]: text }, 1), 2, name);
});

test("TypeScript, JSON, index files and packages are bundled", async () => {
  const files = {
    "a.ts": `import { E, f } from "./lib";
      import type { T } from "./types-that-are-not-there";
      import data from "./data.json" with { type: "json" };
      import { g } from "pkg/sub";
      import json = require("./data");
      namespace N { export const n = 5 }
      class P { constructor(private x: number) {} get() { return this.x; } }
      export default async (input: T) => [f(E.Two), data.a, g, json.a, N.n, new P(6).get(), (await import("./lib/later.js")).later] satisfies unknown[];`,
    "lib/index.ts": "export enum E { One = 1, Two }\nexport const f = <T,>(x: T): T => x;",
    "lib/later.ts": "export const later = 7;",
    "data.json": '\uFEFF{ "a": 3 }',
    "node_modules/pkg/package.json": '{ "exports": { "./sub": { "import": "./sub.mjs", "require": "./sub.cjs" } } }',
    "node_modules/pkg/sub.mjs": 'import { h } from "./h.mjs"; export const g = h + process.env.NODE_ENV;',
    "node_modules/pkg/h.mjs": 'export const h = "in ";',
  };
  assert.equal(JSON.stringify(await run(files)), '[2,3,"in production",3,5,6,7]');
});

test("a package may try a module of Node's and go on without it", async () => {
  const files = {
    "a.js": 'module.exports = () => require("pkg");',
    "node_modules/pkg/index.js": 'try { require("fs"); } catch { module.exports = "without"; }',
  };
  assert.equal(await run(files), "without");
});

test("a computed require or import is published, and rejects when it runs", async () => {
  const text = `module.exports = async (name) => {
    const tries = [
      () => require("f" + "s"), () => require(\`./\${name}\`), () => require("./" + name + ".js"), () => require(name),
      () => import("node:" + "fs"), () => import(\`./\${name}.js\`), () => import("./" + name), () => import(name),
      () => import(name ? "./" + name : name), () => require.resolve("fs"), () => new (require(name))(),
    ];
    const results = [];
    for (const each of tries) results.push(await Promise.resolve().then(each).then(() => "loaded", () => "refused"));
    return results.join();
  };`;
  const files = { "a.js": text, "b.js": "throw new Error('bundled')", "m/c.js": "" };
  await withFolder(files, async (folder) => {
    const { versions, problems } = await buildAll(folder);
    assert.deepEqual(problems, []);
    const result = await callable(evaluate(versions.get("a")!))("b", {});
    assert.equal(result, Array.from({ length: 11 }, () => "refused").join());
  });
});

test("byte order mark, CRLF, hashbang and characters of every kind go through", async () => {
  const text =
    '\uFEFF#!/usr/bin/env node\r\nmodule.exports = () => ["\\uD800", "é😀\u2028", `a\r\nb`, String.raw`é\\n`, "\\0"];\r\n';
  const version = await buildOne({ "a.js": text });
  assert(JSON.stringify(version).isWellFormed() && version.bundle.isWellFormed() && !version.bundle.includes("\0"));
  const result = await callable(evaluate(version))(null, {});
  assert.equal(JSON.stringify(result), JSON.stringify(["\uD800", "é😀\u2028", "a\nb", "é\\n", "\0"]));
});

test("ES modules are strict, CommonJS is not", async () => {
  const module = "export default function () { return this === undefined; }";
  const script = "module.exports = function () { undeclared = 1; with ({ a: 2 }) { return a; } };";
  assert.equal((await buildOne({ "a.js": module })).bundle.startsWith('"use strict";'), true);
  assert.equal(await run({ "a.js": script }), 2);
  assert.equal(await run({ "a.js": 'const x = require("./m/b.js"); module.exports = x;', "m/b.js": script }), 2);
});

test("a module named __proto__ is a module like any other", async () => {
  const files = {
    "a.js": 'module.exports = (i, c) => c.tasks.require("__proto__");',
    "__proto__.js": "exports.x = 1;",
  };
  const { modules } = evaluate(await buildOne(files));
  assert.deepEqual(Object.keys(modules), ["__proto__"]);
});

test("the comment with @task and the one before the function describe the task together", async () => {
  const version = await buildOne({
    "a.js": `/**
 * What it does,
 * in two lines.
 * @task a
 * @tools gapi.admin.*, log
 * @tools sleep
 */
const x = 1;
/** @param {number} x not the input */
function helper(x) {}
/**
 * Not this text.
 * @param {object} input
 * @param {string} input.name - Who.
 */
async function execute(input) { await tools.log(input.name); }
module.exports = execute;`,
  });
  assert.equal(version.description, "What it does,\nin two lines.");
  assert.deepEqual(version.tools, ["gapi.admin", "log", "sleep"]);
  assert.deepEqual(version.usedTools, ["log"]);
  assert.deepEqual(version.inputSchema, {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { name: { type: "string", description: "Who." } },
    required: ["name"],
  });
});

test("without JSDoc there is no schema, no description and no list of tools", async () => {
  const { description, inputSchema, tools } = await buildOne({ "a.js": "module.exports = () => 1;" });
  assert.deepEqual([description, inputSchema, tools], ["", null, null]);
});
