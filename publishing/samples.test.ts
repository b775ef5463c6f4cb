import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import type { TaskVersion } from "../protocol/task.ts";
import { SAMPLE_MODULES, SAMPLE_TASKS } from "../cli/sampleTasks.ts";
import { buildAll, callable, evaluate, withFolder } from "./testFolder.ts";

const TASKS = path.join(import.meta.dirname, "../tasks");
const { versions, problems } = await buildSamples(TASKS);

/** The samples among a folder's files: authors save theirs beside them. */
async function buildSamples(folder: string): ReturnType<typeof buildAll> {
  const built = await buildAll(folder);
  const files = new Set(Object.values(SAMPLE_TASKS));
  return {
    versions: new Map([...built.versions].filter(([, { file }]) => files.has(file))),
    problems: built.problems.filter(({ file }) => files.has(file) || SAMPLE_MODULES.includes(file)),
  };
}

/** Tools that answer at once: what a sample does with real ones, the integration tests show. */
function toolsFor(asked: string[]): Record<string, unknown> {
  const sleep = (ms: number): Promise<void> => {
    asked.push("sleep");
    if (Number.isNaN(ms)) return Promise.reject(Object.assign(new Error("no time"), { code: "invalid_argument" }));
    return new Promise((resolve) => void setTimeout(resolve, ms / 10));
  };
  const execute = async (name: string, input: unknown): Promise<unknown> => {
    asked.push(`tasks.execute("${name}")`);
    const version = versions.get(name);
    if (!version) throw Object.assign(new Error("there is none"), { code: "unknown_task" });
    return runSample(version, input, asked);
  };
  const log = (): Promise<null> => {
    asked.push("log");
    return Promise.resolve(null);
  };
  return { sleep, log, tasks: { execute } };
}

/** The result as it crosses the border of a VM. */
async function runSample(version: TaskVersion, input: unknown, asked: string[] = []): Promise<unknown> {
  const tools = toolsFor(asked);
  const call = (service: string, names: string[], args: unknown[]): unknown => {
    const found = [service, ...names].reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], tools);
    return (found as (...args: unknown[]) => unknown)(...args);
  };
  const exports = evaluate(version, { tools, setTimeout, __callHostTool__: call });
  const require = (specifier: string): unknown => exports.modules[specifier]!();
  const context = Object.assign(Object.create(null) as object, { tools, tasks: { require } });
  const second = version.file.startsWith("run-task") ? tools : context;
  return JSON.parse(JSON.stringify((await callable(exports)(input, second)) ?? null)) as unknown;
}

test("every sample is published without a problem, with a description", () => {
  assert.deepEqual(problems, []);
  assert.deepEqual([...versions.keys()], Object.keys(SAMPLE_TASKS));
  for (const { task, description } of versions.values()) assert(description !== "", task);
});

test("an author's files beside the samples, good or bad, change nothing for them", async () => {
  await withFolder({ "greet-all.js": "export default () => 1;", "bad.js": "const" }, async (folder) => {
    await cp(TASKS, folder, { recursive: true });
    const built = await buildSamples(folder);
    assert.deepEqual([...built.versions.keys()], Object.keys(SAMPLE_TASKS));
    assert.deepEqual(built.problems, []);
  });
});

test("prettier looks at the samples only", async () => {
  const ignored = await readFile(path.join(TASKS, "../.prettierignore"), "utf8");
  const checked = ignored.split("\n").flatMap((line) => /^!tasks\/(.*[^/])$/.exec(line)?.[1] ?? []);
  assert.deepEqual(checked.sort(), [...Object.values(SAMPLE_TASKS), ...SAMPLE_MODULES].sort());
  assert(ignored.split("\n").includes("tasks/*"));
});

const RESULTS: [string, unknown, unknown][] = [
  ["echo", { message: "hi" }, { message: "hi" }],
  ["echo", null, null],
  ["host-call-example", null, { answers: ["one", "two"] }],
  ["reports/word-report", { text: "A b, a c!", top: 1 }, { words: 4, top: [{ word: "a", count: 2 }] }],
  ["run-task-example", { name: "you" }, { greeting: "Hello, you!" }],
  ["summarize", { values: [1, 2, 6] }, { count: 3, sum: 9, mean: 3, min: 1, max: 6, unit: null, size: "few" }],
  [
    "summarize",
    { values: [], unit: "m" },
    { count: 0, sum: 0, mean: null, min: null, max: null, unit: "m", size: "few" },
  ],
  [
    "promise-handling-example",
    { pauseMs: 5 },
    {
      sequential: ["one", "two", "three"],
      parallel: ["a", "b", "c"],
      race: "quick",
      any: "second",
      settled: [
        { status: "fulfilled", value: "fine" },
        { status: "rejected", code: "unknown_task" },
        { status: "rejected", code: "invalid_argument" },
      ],
      caught: "unknown_task",
      timer: "setTimeout",
    },
  ],
];

for (const [name, input, result] of RESULTS) {
  test(`the sample ${name} answers as it says`, async () => {
    assert.deepEqual(await runSample(versions.get(name)!, input), result);
  });
}

test("nested-calls-test goes down to its depth and tells of every level", async () => {
  const result = await runSample(versions.get("nested-calls-test")!, { depth: 2 });
  const { levels } = result as { levels: { level: number }[] };
  assert.deepEqual(
    levels.map(({ level }) => level),
    [1, 2, 3],
  );
});

test("long-haul makes every call of every round", async () => {
  const asked: string[] = [];
  const result = await runSample(versions.get("long-haul")!, { rounds: 5, pauseMs: 1, width: 2 }, asked);
  assert.equal((result as { calls: number }).calls, 10);
  assert.equal(asked.filter((each) => each === "sleep").length, 15);
});

test("module-diagnostic finds no way out", async () => {
  const result = await runSample(versions.get("module-diagnostic")!, { checkGlobalScope: false });
  assert.equal((result as { sealed: boolean }).sealed, true);
});
