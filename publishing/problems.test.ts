import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { builtinModules } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { nodeModuleRefusal } from "./nodeModule.ts";
import { buildAll, buildOne, problemsOf, withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

const f = "module.exports = () => 1;";

/** Each kind of problem, with the exact place that an editor should jump to. */
const CASES: [string, Files, string[]][] = [
  ["a syntax error", { "a.js": "const x = 1;\nconst = 2;\n" }, ["a.js:2:7 syntax_error"]],
  ["a syntax error in TypeScript", { "a.ts": "export default (x: = 1) => x;" }, ["a.ts:1:20 syntax_error"]],
  ["a syntax error in an ES module", { "a.js": "import x from;\nexport default 1" }, ["a.js:1:14 syntax_error"]],
  [
    "a syntax error in a module that a task loads",
    { "a.js": 'import "./m/b.js";\nexport default () => 1;', "m/b.js": "\r\n\r\n  let let = 1; export {}" },
    ["m/b.js:3:7 syntax_error"],
  ],
  [
    "a syntax error in JSON",
    { "a.js": 'require("./b.json");' + f, "b.json": '{\n  "a": x\n}' },
    ["b.json:2:8 syntax_error"],
  ],
  ["top-level await", { "a.js": "const x = 1;\n  await x;\nexport default () => x;" }, ["a.js:2:3 top_level_await"]],
  ["top-level await in CommonJS", { "a.js": `await 1; ${f}` }, ["a.js:1:1 top_level_await"]],
  [
    "top-level for await",
    { "a.js": "for await (const x of []) x;\nexport default () => 1;" },
    ["a.js:1:1 top_level_await"],
  ],
  [
    "@task without a callable export",
    { "a.js": "/**\n * Text.\n *  @task b\n */\nmodule.exports = { x: 1 };" },
    ["a.js:3:5 no_callable_export"],
  ],
  ["@task without a callable export, below", { "x/a.js": "  /** @task b */" }, ["x/a.js:1:7 no_callable_export"]],
  ["a file name that no task can have", { "my task.js": f }, ["my task.js:1:1 invalid_task_name"]],
  ["@task with a name that no task can have", { "a.js": `\n/** @task -x */\n${f}` }, ["a.js:2:5 invalid_task_name"]],
  ["@task without a name", { "a.js": `/** @task */\n${f}` }, ["a.js:1:5 invalid_task_name"]],
  ["a name that is too long", { "a.js": `/** @task ${"x".repeat(201)} */\n${f}` }, ["a.js:1:5 invalid_task_name"]],
  ["@task with a name of two words", { "a.js": `/** @task My Report */\n${f}` }, ["a.js:1:5 invalid_task_name"]],
  ["@task in a .tsx file", { "x/a.tsx": `/**\n * @task a\n */\n${f}` }, ["x/a.tsx:2:4 unsupported_file"]],
  ["@task in a .jsx file", { "a.jsx": `/** @task a */ ${f}` }, ["a.jsx:1:5 unsupported_file"]],
  ["a .jsx file that is no task", { "a.jsx": f }, []],
  ["two @task in one file", { "a.js": `/** @task a */\n/** @task b */\n${f}` }, ["a.js:2:5 duplicate_task"]],
  ["@tools that are no tools", { "a.js": `/**\n * @tools log, ../x\n */\n${f}` }, ["a.js:2:4 invalid_tool_name"]],
  ["a missing file", { "a.js": 'import x from "./nope";\nexport default () => x;' }, ["a.js:1:15 module_not_found"]],
  ["a missing package", { "a.js": `  require("no-such-package-xyz");\n${f}` }, ["a.js:1:11 module_not_found"]],
  ["a path of the machine", { "a.js": `require("/etc/hostname");${f}` }, ["a.js:1:9 module_not_found"]],
  ["a URL", { "a.js": 'import "https://example.com/x.js";\nexport default () => 1;' }, ["a.js:1:8 module_not_found"]],
  [
    "a generator as a task, in each way to export one",
    {
      "a.js": "export default function* a() { yield 1; }",
      "b.js": "module.exports = async function* () { yield 1; };",
      "c.js": "/** @task c */ export async function* execute() { yield 1; }",
      "d.js": "function* d() {}\nmodule.exports = d;",
      "fine.js": "function* inner() { yield 1; }\nmodule.exports = () => [...inner()];",
    },
    [
      "a.js:1:1 no_callable_export",
      "b.js:1:1 no_callable_export",
      "c.js:1:5 no_callable_export",
      "d.js:1:1 no_callable_export",
    ],
  ],
  [
    "defaults that are not of their type, code, or the input's own",
    {
      "a.js": `/**
 * @task a
 * @param {object} [input={"a":1}]
 * @param {number} [input.n=three]
 * @param {Date} [input.at=new Date()]
 * @param {string} [input.fine=2 seconds]
 * @param {object} [input.none=undefined]
 */
module.exports = () => 1;`,
    },
    ["a.js:3:4 invalid_default", "a.js:4:4 invalid_default", "a.js:5:4 invalid_default"],
  ],
  [
    "a missing module of context.tasks.require",
    { "a.js": 'module.exports = (input, context) =>\n  context.tasks.require("../shared/nope");' },
    ["a.js:2:25 module_not_found"],
  ],
  [
    "a column after characters of several bytes",
    { "a.js": `"é😀"; require("./nope");${f}` },
    ["a.js:1:16 module_not_found"],
  ],
  [
    "a column after a computed require on the same line",
    { "a.js": `require(1 + 1); require("./nope");${f}` },
    ["a.js:1:25 module_not_found"],
  ],
  ["a Node module", { "a.js": `const fs = require("fs");\n${f}` }, ["a.js:1:20 node_module"]],
  ["a Node module in a try", { "a.js": `try { require("fs") } catch {}\n${f}` }, ["a.js:1:15 node_module"]],
  [
    "a Node module with its prefix",
    { "a.mjs": 'import "node:fs/promises";\nexport default () => 1;' },
    ["a.mjs:1:8 node_module"],
  ],
  [
    "a Node module, imported later",
    { "a.js": 'module.exports = () => import("node:test");' },
    ["a.js:1:31 node_module"],
  ],
  [
    "a Node module through the context",
    { "a.js": 'module.exports = (i, { tasks }) => tasks.require("fs");' },
    ["a.js:1:50 node_module"],
  ],
  [
    "a Node module in a package",
    { "a.js": `require("pkg");${f}`, "node_modules/pkg/index.js": '\nrequire("net")' },
    ["node_modules/pkg/index.js:2:9 node_module"],
  ],
  ["a file that is no code", { "a.js": `require("./b.css");${f}`, "b.css": "" }, ["a.js:1:9 unsupported_file"]],
  [
    "one specifier for two modules",
    {
      "a.js": 'require("./m/n.js"); module.exports = (i, c) => c.tasks.require("./x");',
      "m/n.js": "module.exports = (c) =>\n c.tasks.require('./x');",
      "x.js": "",
      "m/x.js": "",
    },
    ["m/n.js:2:18 ambiguous_module"],
  ],
  [
    "both ways to export",
    { "a.js": "export const x = 1;\nmodule.exports = () => x;" },
    ["a.js:2:1 mixed_module_syntax"],
  ],
  ["bytes that are not UTF-8", { "a.js": Buffer.from("// é\r\n  // \xff\n", "latin1") }, ["a.js:1:4 invalid_encoding"]],
  [
    "bytes that are not UTF-8, further on",
    { "a.js": Buffer.concat([Buffer.from("// é\r\n  // é😀"), Buffer.of(0xff), Buffer.from(`\n${f}`)]) },
    ["a.js:2:9 invalid_encoding"],
  ],
  ["UTF-16", { "a.js": Buffer.from(`\uFEFF${f}`, "utf16le") }, ["a.js:1:1 invalid_encoding"]],
  ["a source that is nested too deeply", { "a.js": `${f}\nx = ${"[".repeat(100_000)}` }, ["a.js:1:1 syntax_error"]],
  ["a file that is too large", { "a.js": f + " ".repeat(LIMITS.bundleBytes) }, ["a.js:1:1 bundle_too_large"]],
];

for (const [name, files, expected] of CASES) {
  test(`the place is exact: ${name}`, async () => assert.deepEqual(await problemsOf(files), expected));
}

test("bundle and source map may have as many bytes as the limit says, and not one more", async () => {
  // A letter in the string counts in bundle and map, one in the comment in the map only.
  const source = (text: number, comment: number): Files => ({
    "a.js": `module.exports = () => "${"x".repeat(text)}"; // ${"y".repeat(comment)}`,
  });
  const { bundle, sourceMap } = await buildOne(source(0, 0));
  const room = LIMITS.bundleBytes - Buffer.byteLength(bundle + sourceMap);
  const full = await buildOne(source(Math.floor(room / 2), room % 2));
  assert.equal(Buffer.byteLength(full.bundle + full.sourceMap), LIMITS.bundleBytes);
  assert.deepEqual(await problemsOf(source(Math.floor(room / 2), (room % 2) + 1)), ["a.js:1:1 bundle_too_large"]);
});

test("every missing module of a task is told at once, in order", async () => {
  const files = { "a.js": `require("./x"); require("fs");\nrequire("./y");${f}` };
  const expected = ["a.js:1:9 module_not_found", "a.js:1:25 node_module", "a.js:2:9 module_not_found"];
  assert.deepEqual(await problemsOf(files), expected);
});

test("a Node module's refusal says what to use instead", async () => {
  const { problems } = await withFolder({ "a.js": `require("node:https");${f}` }, buildAll);
  assert.match(problems[0]!.message, /"node:https".*tools\.http\.fetch/);
});

test("the modules of Node that a task needs are one problem, with the chain of files that leads there", async () => {
  const files: Files = {
    "a.js": `require("./lib/b.js");\n${f}`,
    "lib/b.js": 'require("pkg");',
    "node_modules/pkg/index.js": 'require("./c"); require("http");',
    "node_modules/pkg/c.js": ["fs", "net", "tls", "os"].map((name) => `require("${name}");`).join("\n"),
    "z.js": "module.exports = (i, c) => c.tasks.require('./lib/b');",
  };
  const { problems } = await withFolder(files, buildAll);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["node_module", "node_module"],
  );
  const way = "lib/b.js → node_modules/pkg/index.js → node_modules/pkg/c.js.";
  assert.match(problems[0]!.message, /^"fs" is a module of Node.* also loads "net", "tls", "os" and 1 more\.$/);
  assert(problems[0]!.message.includes(`It is loaded by a.js → ${way}`), problems[0]!.message);
  assert(problems[1]!.message.includes(`It is loaded by z.js → ${way}`), problems[1]!.message);
});

test("no refusal of a Node module names a tool that does not exist", () => {
  const tools = builtinModules.flatMap((name) => nodeModuleRefusal(name)?.match(/tools\.\w+/g) ?? []);
  assert.deepEqual([...new Set(tools)].sort(), ["tools.http", "tools.sleep", "tools.tasks"]);
});

test("a link that leads nowhere is a problem when it is named like a task", async () => {
  await withFolder({ "a.js": f }, async (folder) => {
    await symlink("/no/such/file.js", path.join(folder, "b.js"));
    const { problems, versions } = await buildAll(folder);
    assert.deepEqual([...versions.keys()], ["a"]);
    assert.deepEqual([problems[0]!.file, problems[0]!.code], ["b.js", "unreadable"]);
  });
});

test("no message names a path of this machine", async () => {
  for (const [, files] of CASES) {
    await withFolder(files, async (folder) => {
      const { problems } = await buildAll(folder);
      assert(!JSON.stringify(problems).includes(path.dirname(folder)), JSON.stringify(problems));
    });
  }
});
