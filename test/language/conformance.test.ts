/**
 * Each program is published and run in the engine, and transpiled and run in Node: the results must be the same. What the
 * engine does otherwise is in DIFFERENCES, so that it is known, and noticed when it changes.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { transform } from "esbuild";
import { buildTask } from "../../publishing/buildTask.ts";
import { findTasks } from "../../publishing/findTasks.ts";
import { withFolder } from "../../publishing/testFolder.ts";
import type { TaskVersion } from "../../protocol/task.ts";
import { createGuests, startOf } from "../../sandbox/testGuest.ts";
import { PROGRAMS } from "./programs.ts";

process.env["TZ"] = "UTC";
const guests = await createGuests();
const versions = new Map<string, TaskVersion>();

/** Programs whose result is another one, with what the engine returns. */
const DIFFERENCES: readonly (readonly [name: string, body: string, result: unknown])[] = [
  ["no Intl", "return typeof Intl", "undefined"],
  ["no timers but setTimeout", "return [typeof setInterval, typeof setImmediate]", ["undefined", "undefined"]],
  ["no performance, no fetch", "return [typeof performance, typeof fetch]", ["undefined", "undefined"]],
  ["no JSON.rawJSON", "return typeof JSON.rawJSON", "undefined"],
  ["Promise.any says no message", "return Promise.any([]).catch((e) => e.message)", ""],
  ["stack is an accessor", "return Object.hasOwn(new Error('x'), 'stack')", false],
  [
    "a closure in a parameter's default does not see later assignments to a parameter",
    "return ((a, b = () => a) => { a = 2; return b(); })(1)",
    1,
  ],
];

const source = (body: string): string =>
  `export default async function run(input: unknown, context: unknown) {\n  return JSON.stringify(await (async () => {\n${body}\n  })());\n}\n`;

before(async () => {
  const files = Object.fromEntries(
    [...PROGRAMS, ...DIFFERENCES].map(([, body], i) => [`p${i}.ts`, `/** @task p${i} */\n${source(body)}`]),
  );
  await withFolder(files, async (folder) => {
    const { tasks, problems } = await findTasks(folder);
    assert.deepEqual(problems, []);
    for (const task of tasks) {
      const built = await buildTask(task, 0);
      assert.ok("version" in built, `${task.task}: ${JSON.stringify(built)}`);
      versions.set(task.task, built.version);
    }
  });
});

function inEngine(index: number): unknown {
  const { bundle = "" } = versions.get(`p${index}`) ?? {};
  return guests.result(startOf("", { bundle }), { cpuMs: 10_000 });
}

async function inNode(body: string): Promise<unknown> {
  const { code } = await transform(source(body), { loader: "ts", target: "node24", format: "cjs" });
  const module = { exports: {} as { default?: () => Promise<unknown> } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the programs are ours.
  new Function("module", "exports", code)(module, module.exports);
  return module.exports.default?.();
}

PROGRAMS.forEach(([name, body], index) => {
  test(`the engine does as Node does: ${name}`, async () => {
    assert.deepEqual(inEngine(index), await inNode(body));
  });
});

DIFFERENCES.forEach(([name, body, result], index) => {
  test(`known to differ from Node: ${name}`, async () => {
    const ours = JSON.stringify(result);
    assert.equal(inEngine(PROGRAMS.length + index), ours);
    assert.notEqual(await inNode(body), ours);
  });
});
