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
  ["no locale but en-US", "try { return (1.5).toLocaleString('de'); } catch (e) { return e.name; }", "TypeError"],
  [
    "localeCompare orders by code points",
    "return ['a', 'B', 'ä', 'z'].sort((x, y) => x.localeCompare(y))",
    ["B", "a", "z", "ä"],
  ],
  ["toLocaleDateString pads", "return new Date(0).toLocaleDateString()", "01/01/1970"],
  ["toLocaleString does not group", "return (1234.5).toLocaleString()", "1234.5"],
  ["no timers but setTimeout", "return [typeof setInterval, typeof setImmediate]", ["undefined", "undefined"]],
  ["no performance, no fetch", "return [typeof performance, typeof fetch]", ["undefined", "undefined"]],
  ["no JSON.rawJSON", "return typeof JSON.rawJSON", "undefined"],
  ["Promise.any says no message", "return Promise.any([]).catch((e) => e.message)", ""],
  ["stack is an accessor", "return Object.hasOwn(new Error('x'), 'stack')", false],
  [
    "eval in a parameter's default does not see later assignments to a parameter",
    "return (function (a, b = () => eval('a')) { a = 2; return b(); })(1)",
    1,
  ],
  [
    "for await does not close a synchronous iterator whose value rejects",
    "let closed = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: Promise.reject(new Error('r')), done: false }), return() { closed++; return {}; } }; } }; try { for await (const x of it); } catch { return closed; }",
    0,
  ],
  [
    "an assignment to a function inside its own block reaches the outer variable late (sloppy mode)",
    "return new Function('{ f = 3; function f() {} f = 4; } return typeof f')()",
    "function",
  ],
  ["no static properties of the last match on RegExp", "/(a)/.exec('xay'); return typeof RegExp.$1", "undefined"],
  ["Date.prototype.toString names no time zone", "return String(new Date(0))", "Thu Jan 01 1970 00:00:00 GMT+0000"],
  ["Date.parse takes a comma before the fraction", "return Date.parse('2024-01-02T03:04:05,5Z')", 1704164645500],
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
