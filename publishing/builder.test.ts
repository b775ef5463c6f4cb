import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Builder } from "./builder.ts";
import { findTasks } from "./findTasks.ts";
import { openLoader } from "../cli/openLoader.ts";
import { publishFolder } from "./publishFolder.ts";
import type { Publication } from "./publishFolder.ts";
import { buildOne, withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

const f = "module.exports = () => 1;";
const uses = (name: string): string => `module.exports = () => require(${JSON.stringify(name)});`;

function publish(files: Files): Promise<string[]> {
  const versions = { publish: () => Promise.resolve("published" as const) };
  return withFolder(files, async (folder) => outcomes(await publishFolder(folder, versions, openLoader)));
}

function outcomes({ tasks, problems }: Publication): string[] {
  return [
    ...tasks.map(({ version }) => `${version.task} published`),
    ...problems.map(({ file, code }) => `${file} ${code}`),
  ];
}

test("sources and JSON that overflow the stacks of bundler and parser are problems of their own tasks only", async () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  const files = {
    "a.js": f,
    "b.js": uses("./deep.json"),
    "c.js": uses("p"),
    "d.js": `${f}\nconst x = ${nested(300_000)};`,
    "e.js": f,
    "deep.json": nested(3_000_000),
    "node_modules/p/index.js": `module.exports = ${nested(300_000)};`,
  };
  assert.deepEqual(await publish(files), [
    "a published",
    "e published",
    "b.js publish_failed",
    "c.js publish_failed",
    "d.js syntax_error",
  ]);
});

test("a task that takes too long has a problem, nothing of it stays behind, and the others are built", async () => {
  await withFolder({ "a.js": uses("p"), "b.js": f }, async (folder) => {
    await mkdir(path.join(folder, "node_modules/p"), { recursive: true });
    await writeFile(path.join(folder, "node_modules/p/index.js"), f);
    // The bundler itself waits for ever for a writer of this pipe.
    await promisify(execFile)("mkfifo", [path.join(folder, "node_modules/p/package.json")]);
    await using builder = new Builder(8000);
    const { tasks, problems } = await findTasks(folder, builder);
    assert.deepEqual(problems, []);
    const [slow, good] = await Promise.all(tasks.map((task) => builder.build(task, 0)));
    assert("problems" in slow! && "version" in good!);
    assert.deepEqual(
      slow.problems.map(({ code, file }) => [code, file]),
      [["publish_timeout", "a.js"]],
    );
    assert.match(slow.problems[0]!.message, /longer than 8 s/);
  });
});

test("a build in the process of its own is the build of this process", async () => {
  const files = { "a.ts": "/** @param {string} x */\nexport default (x: string) => x;" };
  await withFolder(files, async (folder) => {
    await using builder = new Builder();
    const { tasks } = await findTasks(folder, builder);
    const built = await builder.build(tasks[0]!, 0);
    assert("version" in built);
    assert.deepEqual(built.version, await buildOne(files));
  });
});

test("100,000 @param lines, 120 KB of type text and 20,000 levels take time in proportion", async () => {
  const lines = (count: number): string => ` * @param {string} input.f\n`.repeat(count);
  const files = {
    "lines.js": `/**\n * @param {object} input\n${lines(100_000)} */\n${f}`,
    "quotes.js": `/** @param {${'"\\'.repeat(60_000)}} input */\n${f}`,
    "deep.js": `/** @param {object} input\n * @param {string} input${".a".repeat(20_000)} */\n${f}`,
  };
  assert.deepEqual(await publish(files), ["lines published", "quotes published", "deep.js invalid_schema"]);
});

test("a chain of 400 tasks.require, with imports in between, is bundled in a few rounds", async () => {
  const files: Record<string, string> = { "a.js": 'module.exports = (i, c) => c.tasks.require("./m/0");' };
  for (let index = 0; index < 400; index++) {
    const next = index % 2 ? `require("./${index + 1}")` : `c.tasks.require("./m/${index + 1}")`;
    files[`m/${index}.js`] = `module.exports = (c) => ${next};`;
  }
  files["m/400.js"] = f;
  assert.deepEqual(await publish(files), ["a published"]);
});
