import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocol/json.ts";
import { Choices } from "../model/choices.ts";
import { fc, SEED } from "../support/fuzz.ts";
import { historiesOf, replayHistories } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";
import type { WorkerProcess } from "../support/workerProcess.ts";
import { evaluate, randomProgram, SEEDED, type Statement } from "./seedPrograms.ts";

/** How many programs are run. TASKER_SEEDS takes any number. */
const SEEDS = Number(process.env["TASKER_SEEDS"] ?? 12);
/** Runs that are under way at a time. */
const TOGETHER = 6;

const tapes = fc.sample(fc.array(fc.nat(9_999), { minLength: 60, maxLength: 60 }), { seed: SEED, numRuns: SEEDS });

test("random programs give what they say, make no effect twice and replay, while workers die, stand still and forget", async (t) => {
  const stack = await TestStack.start();
  try {
    await stack.publish({ "seeded.js": SEEDED });
    const large = "y".repeat(100_000);
    stack.control.on("/large", () => ({ body: large }));
    stack.control.on("/refuses", () => ({ status: 404, body: "no" }));
    const disaster = new Disaster(stack, new Choices(tapes[0] ?? []));
    await disaster.begin();
    let executions = 0;
    const runs = tapes.map((tape, seed) => ({ seed, program: randomProgram(new Choices(tape)) }));
    for (let first = 0; first < runs.length; first += TOGETHER) {
      const group = runs.slice(first, first + TOGETHER);
      const effects = stack.control.requests("/effect").length;
      const started = await Promise.all(group.map((run) => start(stack, run.seed, run.program)));
      await disaster.strike(effects + 2);
      await Promise.all(started.map((id) => stack.tasker.result(id)));
      for (const [i, id] of started.entries()) {
        const { seed, program } = group[i] ?? assert.fail();
        const { status, result, error } = await stack.tasker.result(id);
        assert.equal(status, "completed", `seed ${seed}: ${error?.message ?? ""}`);
        assert.deepEqual(result, evaluate(program, large), `seed ${seed}`);
        assertNoEffectTwice(stack, seed);
        executions += await assertReplays(stack, id);
      }
    }
    t.diagnostic(`${SEEDS} programs, seed ${SEED}, ${executions} executions replayed, ${disaster.strikes} strikes`);
  } finally {
    await stack.stop();
  }
});

async function start({ tasker, control }: TestStack, seed: number, program: Statement): Promise<string> {
  const options = seed % 3 === 0 ? { continueAsNewEvents: 40 } : {};
  const input = { url: control.url, seed, program: program as unknown as Json };
  return (await tasker.start("seeded", input, { taskRunId: `seed-${seed}`, options })).taskRunId;
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
  assert.equal(new Set(all).size, all.length, `two effects of seed ${seed} have one key`);
}

async function assertReplays(stack: TestStack, workflowId: string): Promise<number> {
  const histories = await historiesOf(stack, workflowId);
  assert.deepEqual(await replayHistories(histories), [], workflowId);
  return histories.length;
}

/** Two workers with room for one VM each. At every strike one of them dies, or stands still until another has taken its place. */
class Disaster {
  strikes = 0;
  private readonly stack: TestStack;
  private readonly choices: Choices;
  private workers: WorkerProcess[] = [];
  private paused: WorkerProcess | undefined;

  constructor(stack: TestStack, choices: Choices) {
    this.stack = stack;
    this.choices = choices;
  }

  async begin(): Promise<void> {
    this.workers = await Promise.all([this.worker(), this.worker()]);
  }

  /** Strikes once that many effects were made in all. Every program begins with four. */
  async strike(effects: number): Promise<void> {
    const victim = this.workers.shift();
    // One that stood still at the last strike has gone on since, with what it held.
    await this.paused?.kill();
    this.paused = undefined;
    await this.stack.control.arrived("/effect", effects);
    if (this.choices.oneIn(2)) this.paused = victim;
    if (this.paused === undefined) await victim?.kill();
    else this.paused.pause();
    this.workers.push(await this.worker());
    this.paused?.resume();
    this.strikes++;
  }

  private worker(): Promise<WorkerProcess> {
    return this.stack.workerProcess({ TASKER_VM_CACHE: "1" });
  }
}
