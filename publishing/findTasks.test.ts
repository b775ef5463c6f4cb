import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { findTasks } from "./findTasks.ts";
import { withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

async function found(files: Files): Promise<Record<string, string>> {
  const { tasks, problems } = await withFolder(files, findTasks);
  assert.deepEqual(problems, []);
  return Object.fromEntries(tasks.map(({ task, file }) => [task, file]));
}

const task = (name: string): string => `/** @task ${name} */ module.exports = () => 1;`;
const plain = "module.exports = () => 1;";

test("a file at the top with a callable export is a task with the file's name", async () => {
  const callable = {
    "a.js": plain,
    "b.mjs": "export default function () {}",
    "c.cjs": "module.exports = { async execute() {} };",
    "d.ts": "export const runTask = async (input: number) => input;",
    "e.mts": "async function execute() {} export { execute };",
    "f.cts": "export = async function () {};",
    "g.js": "exports.execute = async () => {};",
    "h.js": "const f = async () => {}; module.exports = f;",
    "i.js": "const f = () => {}; export { f as default };",
    "j.js": "module.exports = exports = function () {};",
    "k.js": 'module.exports = require("./shared/wrap")(() => 1);',
    "l.js": "function f() {} module.exports = { execute: f };",
    "n.js": "export default { async execute() {} };",
    "m.js": 'export { default } from "./a.js";',
  };
  assert.deepEqual(Object.values(await found(callable)), Object.keys(callable).sort());
});

test("a file at the top without a callable export is a module", async () => {
  const modules = {
    "a.js": "module.exports = { helper() {} };",
    "b.js": "export default { a: 1 };",
    "c.js": "export const execute = 5;",
    "d.js": "export default class {}",
    "e.ts": "export type execute = () => void; export interface runTask {}",
    "f.js": "const f = 'text'; module.exports = f;",
    "g.js": "function execute() {}",
  };
  assert.deepEqual(await found(modules), {});
});

test("below the top a file is a task only by @task in a JSDoc comment", async () => {
  const files = {
    "a/b/c.js": task("deep/one"),
    "a/plain.js": plain,
    "a/line.js": `// @task no\n${plain}`,
    "a/text.js": "module.exports = () => '/** @task no */';",
    "a/other.js": `/** @tasks no */ ${plain}`,
  };
  assert.deepEqual(await found(files), { "deep/one": "a/b/c.js" });
});

test("@task wins over the file's name, wherever in the file it stands", async () => {
  assert.deepEqual(await found({ "a.js": `${plain}\n/**\n * Text.\n * @task b - more\n */\n` }), { b: "a.js" });
});

test("tests, declarations, node_modules and folders with a dot are left out", async () => {
  const files = {
    "a.test.js": plain,
    "a.d.ts": "export default function f(): void;",
    "node_modules/x/a.js": task("x"),
    ".git/a.js": task("y"),
    "a/node_modules/x/a.js": task("z"),
    "readme.md": "/** @task no */",
    "data.json": "{}",
  };
  assert.deepEqual(await found(files), {});
});

test("no link is followed in a circle, and one that leads out of the folder is a problem", async () => {
  await withFolder({ "a/b.js": task("b") }, async (folder) => {
    const outside = path.join(folder, "../outside");
    await mkdir(outside);
    await writeFile(path.join(outside, "c.js"), task("c"));
    await symlink("..", path.join(folder, "a/up"));
    await symlink("a", path.join(folder, "again"));
    await symlink("../..", path.join(folder, "a/home"));
    await symlink(outside, path.join(folder, "linked"));
    await symlink("nowhere", path.join(folder, "dangling"));
    const { tasks, problems } = await findTasks(folder);
    assert.deepEqual(
      problems.map(({ file, code }) => `${file} ${code}`),
      ["a/home outside_folder", "linked outside_folder"],
    );
    assert.deepEqual(
      tasks.map(({ file }) => file),
      ["a/b.js"],
    );
  });
});

test("two files with one name: a problem that names both, and neither is a task", async () => {
  const files = { "a.js": task("same"), "b/c.js": `\n  ${task("same")}`, "d.js": plain };
  const { tasks, problems } = await withFolder(files, findTasks);
  assert.deepEqual(
    tasks.map((each) => each.task),
    ["d"],
  );
  const [only] = problems;
  assert.equal(problems.length, 1);
  assert.deepEqual([only!.code, only!.file, only!.line, only!.column], ["duplicate_task", "b/c.js", 2, 7]);
  assert.match(only!.message, /a\.js and b\/c\.js/);
});

test("a folder that is not there is a problem without a path of this machine", async () => {
  const { problems } = await findTasks("/no/such/folder");
  assert.deepEqual(
    problems.map(({ code, file }) => [code, file]),
    [["unreadable", "."]],
  );
  assert(!JSON.stringify(problems).includes("/no/such"));
});
