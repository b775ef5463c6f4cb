import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocol/json.ts";
import type { RecordedHistory } from "../replay/history.ts";
import { Choices } from "../model/choices.ts";
import { Disaster } from "../support/disaster.ts";
import { fc, SEED } from "../support/fuzz.ts";
import { nestedRuns } from "../support/nestedRuns.ts";
import { historiesOf, replayHistories } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";
import { evaluate, randomProgram, SEEDED, type Statement } from "./seedPrograms.ts";

/** How many programs are run. TASKER_SEEDS takes any number; TASKER_SEED runs one program alone. */
const SEEDS = Number(process.env["TASKER_SEEDS"] ?? 300);
const ALONE = process.env["TASKER_SEED"];
/** Runs that are under way at a time. The others go on while some wait for what a dead worker held: 15 s for an activity. */
const TOGETHER = 40;
/** A worker dies or stands still each time that so many effects were made. A program begins with four. */
const EFFECTS_A_STRIKE = 100;

interface Seed {
  readonly seed: number;
  readonly program: Statement;
}

const tape = fc.array(fc.nat(9_999), { minLength: 60, maxLength: 60 });
const tapes = fc.sample(tape, { seed: SEED, numRuns: ALONE === undefined ? SEEDS : Number(ALONE) + 1 });
const seeds: readonly Seed[] = tapes
  .map((each, seed) => ({ seed, program: randomProgram(new Choices(each)) }))
  .filter(({ seed }) => ALONE === undefined || seed === Number(ALONE));

const runOf = (seed: number): string => `seed-${seed}`;
const LARGE = "y".repeat(100_000);

test("random programs give what they say, make no effect twice and replay, while workers die, stand still and forget", async (t) => {
  const stack = await TestStack.start();
  try {
    await stack.publish({ "seeded.js": SEEDED });
    stack.control.on("/large", () => ({ body: LARGE }));
    stack.control.on("/refuses", () => ({ status: 404, body: "no" }));
    const disaster = new Disaster(stack, new Choices(tapes[0] ?? []), { TASKER_VM_CACHE: "1" });
    await disaster.begin();
    const every = Math.min(EFFECTS_A_STRIKE, 2 * seeds.length);
    const strikes = disaster.strikeEach("/effect", every, Math.floor((4 * seeds.length) / every));
    const problems: string[] = [];
    const waiting = seeds.values();
    const lane = async (): Promise<void> => {
      for (const each of waiting) problems.push(...(await problemsOf(stack, each)));
    };
    await Promise.all(Array.from({ length: TOGETHER }, lane));
    await strikes;
    await stack.killWorkers();
    const histories: RecordedHistory[] = [];
    for (const { seed } of seeds) histories.push(...(await historiesOfAll(stack, runOf(seed))));
    problems.push(...(await replayHistories(histories)));
    assert.deepEqual(problems, [], `FUZZ_SEED=${SEED} TASKER_SEED=N repeats seed N alone`);
    t.diagnostic(
      `${seeds.length} programs, seed ${SEED}, ${histories.length} executions replayed, ${disaster.summary}`,
    );
    t.diagnostic(`${histories.flatMap(lostTasks).length} workflow tasks were lost with their worker`);
  } finally {
    await stack.stop();
  }
});

/** Runs the program to its end, and says what is wrong with it. */
async function problemsOf(stack: TestStack, { seed, program }: Seed): Promise<string[]> {
  try {
    const options = seed % 3 === 0 ? { continueAsNewEvents: 40 } : {};
    const input = { url: stack.control.url, seed, program: program as unknown as Json };
    const { status, result, error } = await stack.run("seeded", input, { taskRunId: runOf(seed), options });
    assert.equal(status, "completed", error?.message ?? "");
    assert.deepEqual(result, evaluate(program, LARGE));
    assertNoEffectTwice(stack, seed);
    return [];
  } catch (error) {
    return [`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** An effect that was made twice has the same key both times: the service can tell. Two effects have two keys. */
function assertNoEffectTwice({ control }: TestStack, seed: number): void {
  const keys = new Map<string, Set<unknown>>();
  for (const { method, body, headers } of control.received) {
    if (method !== "POST" || !body.startsWith(`{"seed":${seed},`)) continue;
    keys.set(body, (keys.get(body) ?? new Set()).add(headers["idempotency-key"]));
  }
  for (const [body, each] of keys) assert.equal(each.size, 1, `an effect was made with two keys: ${body}`);
  const all = [...keys.values()].flatMap((each) => [...each]);
  assert.equal(new Set(all).size, all.length, "two effects have one key");
}

/** Workflow tasks that a worker took, or should have taken from its cache, and that another got in the end. */
function lostTasks({ history }: RecordedHistory): unknown[] {
  return (history.events ?? []).flatMap(({ workflowTaskTimedOutEventAttributes: lost }) => lost ?? []);
}

/** Of every execution of a run and of the runs that it started. */
async function historiesOfAll(stack: TestStack, taskRunId: string): Promise<RecordedHistory[]> {
  const nested = (await nestedRuns(stack, taskRunId)).map((child) => historiesOfAll(stack, child));
  return [...(await historiesOf(stack, taskRunId)), ...(await Promise.all(nested)).flat()];
}
