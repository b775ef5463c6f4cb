import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ToolAnswer } from "../../protocol/activities.ts";
import type { RunReport } from "../../protocol/run.ts";
import { eventually } from "../support/eventually.ts";
import { createProbe } from "../support/probe.ts";
import { replayHistories } from "../support/replayHistory.ts";
import { TestStack } from "../support/stack.ts";

/** Two effects and two quick reads, one after another: each takes its step with it. It returns what it told the outside. */
const PROBES = `
module.exports = async function probes(input, { tools, taskRunId }) {
  const told = [];
  for (const kind of ["effect", "read", "read", "effect"]) {
    const mark = { call: told.length + 1, random: Math.random(), now: Date.now() };
    told.push(mark);
    await tools.probe[kind](taskRunId, mark);
  }
  return told;
};`;

/** A child ends while the first effect is under way, and the second follows the child. */
const OVERTAKEN = `
module.exports = async function overtaken(input, { tools, taskRunId }) {
  const order = [];
  const child = tools.tasks.execute("gate");
  const first = tools.probe.effect(taskRunId, { call: 2 }).then(() => order.push("first"));
  await child;
  order.push("child");
  await tools.probe.effect(taskRunId, { call: 3, order: [...order] });
  await first;
  await tools.probe.effect(taskRunId, { call: 4, order: [...order] });
  return order;
};`;
const GATE = `module.exports = (input, { tools }) => tools.probe.effect("gate", { call: 1 });`;

interface Mark {
  readonly call: number;
}

let stack: TestStack;

/** The marks that the outside has received from a run, by call: all of a call are equal, and bear one idempotency key. */
function received(kind: "effect" | "read", run: string): Map<number, Mark[]> {
  const requests = stack.control.requests(`/${kind}/${run}`).map(({ body, headers }) => {
    const mark = JSON.parse(body) as Mark;
    return { mark, key: headers["idempotency-key"] };
  });
  const byCall = Map.groupBy(requests, ({ mark }) => mark.call);
  for (const [call, made] of byCall) {
    assert.equal(new Set(made.map(({ key }) => key)).size, 1, `call ${call} was made with several keys`);
    for (const { mark } of made) assert.deepEqual(mark, made[0]?.mark, `call ${call} was made with other arguments`);
  }
  return new Map([...byCall].map(([call, made]) => [call, made.map(({ mark }) => mark)]));
}

/** Asserts that the outside, the record and Temporal agree. @param effects how often effects 1 and 4 were made */
async function assertRight(run: string, effects: readonly [number, number]): Promise<RunReport> {
  const report = await stack.tasker.result(run);
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  const [made, read] = [received("effect", run), received("read", run)];
  assert.deepEqual(report.result, [made.get(1)?.[0], read.get(2)?.[0], read.get(3)?.[0], made.get(4)?.[0]]);
  assert.deepEqual([made.get(1)?.length, made.get(4)?.length], effects);
  assert.deepEqual(
    report.calls.map(({ id, tool, status }) => [id, tool, status]),
    [
      [1, "probe.effect", "completed"],
      [2, "probe.read", "completed"],
      [3, "probe.read", "completed"],
      [4, "probe.effect", "completed"],
    ],
  );
  await assertReplays(run);
  return report;
}

async function assertReplays(run: string): Promise<void> {
  const history = await stack.client.workflow.getHandle(run).fetchHistory();
  assert.deepEqual(await replayHistories([{ workflowId: run, history }]), []);
}

before(async () => {
  stack = await TestStack.start();
  await stack.publish({ "probes.js": PROBES, "overtaken.js": OVERTAKEN, "gate.js": GATE });
});
after(() => stack.stop());

describe("a worker that is killed in the middle of a call and its step", () => {
  /** Effect 1's and read 2's points, and the run that is killed at each. Read 2 is answered when read 3 begins. */
  const EFFECT = ["before-tool", "before-step", "after-step"].map((point) => ({ run: `effect-${point}`, point }));
  const READ = [
    { window: "before its tool", run: "read-before-tool", point: "before-tool", call: 2 },
    { window: "after its tool and before the step", run: "read-before-step", point: "before-step", call: 2 },
    { window: "after the step and before its answer", run: "read-after-step", point: "after-step", call: 2 },
    { window: "after its answer, in the same workflow task", run: "read-answered", point: "before-tool", call: 3 },
  ];
  const ANSWERED_RUN = "effect-answered";
  let tasksAfterAnswer: number;

  before(async () => {
    const { control } = stack;
    const killed = await stack.workerProcess({ TEST_HOOKS: "calls" });
    const gates = [...READ.map(({ run }) => run), ANSWERED_RUN].map((run) => `/hook/answer/${run}/1`);
    const effects = EFFECT.map(({ run, point }) => `/hook/${point}/${run}/1`);
    const reads = READ.map(({ run, point, call }) => `/hook/${point}/${run}/${call}`);
    for (const path of [...gates, ...effects, ...reads]) control.hold(path);
    control.on(`/hook/answer/${ANSWERED_RUN}/1`, () => ({ body: { freeze: true } }));
    const arrive = (paths: readonly string[]): Promise<unknown> =>
      Promise.all(paths.map((path) => control.arrived(path)));

    const runs = [...EFFECT, ...READ, { run: ANSWERED_RUN }].map(({ run }) => run);
    for (const taskRunId of runs) await stack.start("probes", null, { taskRunId });
    await arrive([...effects, ...gates]);
    // A quick read that takes a second is made as an ordinary call: all reads begin at once, and the worker ends soon.
    for (const gate of gates.slice(0, -1)) control.release(gate);
    await arrive(reads);
    control.release(`/hook/answer/${ANSWERED_RUN}/1`);
    const events = async () => (await stack.client.workflow.getHandle(ANSWERED_RUN).fetchHistory()).events ?? [];
    await eventually(async () => (await events()).some((event) => event.activityTaskCompletedEventAttributes));
    const atKill = await events();
    const answered = atKill.findIndex((event) => event.activityTaskCompletedEventAttributes);
    tasksAfterAnswer = atKill.slice(answered).filter((event) => event.workflowTaskCompletedEventAttributes).length;
    await killed.kill();
    control.releaseAll();
    await stack.workerProcess();
  });

  test("before the tool: the call is made once, by another worker", async () => {
    await assertRight("effect-before-tool", [1, 1]);
  });

  test("after the tool and before the step: the call is made again with its key", async () => {
    const { calls } = await assertRight("effect-before-step", [2, 1]);
    assert.equal(calls[0]?.attempts, 2);
  });

  test("after the step and before the answer: the call is made again with its key, and the lost step never happened", async () => {
    const { calls } = await assertRight("effect-after-step", [2, 1]);
    assert.equal(calls[0]?.attempts, 2);
  });

  test("after the answer and before the workflow task: neither the call nor its step is made again", async () => {
    assert.equal(tasksAfterAnswer, 0, "the workflow had the answer already");
    const { calls } = await assertRight(ANSWERED_RUN, [1, 1]);
    assert.equal(calls[0]?.attempts, 1);
  });

  for (const { window, run } of READ) {
    test(`in a quick read, ${window}: no effect is made again, and every read has the same arguments`, async () => {
      await assertRight(run, [1, 1]);
    });
  }
});

test("a record that is written down between a call's last step and its answer has the run's end all the same", async () => {
  const { control } = stack;
  await stack.killWorkers();
  const worker = await stack.workerProcess({ TEST_HOOKS: "calls" });
  const [run, answer] = ["written-down", "/hook/answer/written-down/4"];
  control.hold(answer);
  await stack.start("probes", null, { taskRunId: run });
  await control.arrived(answer);
  assert.equal((await stack.store.runs.get(run))?.status, "completed", "the activity has written the end");
  await stack.tasker.writeDown(run);
  assert.equal((await stack.store.runs.get(run))?.status, "open", "the run goes on");
  control.release(answer);
  await stack.client.workflow.getHandle(run).result();
  const record = await stack.store.runs.get(run);
  assert.deepEqual([record?.status, record?.confirmed], ["completed", undefined]);
  await assertRight(run, [1, 1]);
  await worker.kill();
});

test("a step that a child's end has overtaken never happened: its call's result is fed in the order of history", async () => {
  const { control } = stack;
  await stack.killWorkers();
  const worker = await stack.workerProcess({ TEST_HOOKS: "calls" });
  const [run, point] = ["overtaken", "/hook/after-step/overtaken/2"];
  for (const path of [point, "/effect/gate"]) control.hold(path);
  await stack.start("overtaken", null, { taskRunId: run });
  await Promise.all([control.arrived(point), control.arrived("/effect/gate")]);
  control.release("/effect/gate");
  await control.arrived(`/effect/${run}`, 2);
  control.release(point);
  const report = await stack.tasker.result(run);
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  const made = received("effect", run);
  assert.deepEqual(
    [...made].map(([call, marks]) => [call, marks.length]),
    [
      [2, 1],
      [3, 1],
      [4, 1],
    ],
  );
  assert.deepEqual(report.result, ["child", "first"]);
  assert.deepEqual(made.get(3), [{ call: 3, order: ["child"] }]);
  assert.deepEqual(made.get(4), [{ call: 4, order: ["child", "first"] }]);
  await assertReplays(run);
  await worker.kill();
});

test("an attempt whose answer is lost after the step, on a worker that goes on: the next one returns the result alone", async () => {
  const answers = new Map<string, boolean[]>();
  await stack.killWorkers();
  const worker = await stack.worker(
    {},
    {
      services: [createProbe(stack.control.url)],
      decorate: (activities) => ({
        ...activities,
        default: async (request) => {
          const answer: ToolAnswer = await activities.default(request);
          const fused = [...(answers.get(request.key) ?? []), answer.fused !== undefined];
          answers.set(request.key, fused);
          if (fused.length === 1) throw new Error("The answer is lost.");
          return answer;
        },
      }),
    },
  );
  const report = await stack.tasker.result(await stack.start("probes"));
  await assertRight(report.taskRunId, [2, 2]);
  assert.deepEqual([...answers.values()], Array(4).fill([true, false]));
  await worker.stop();
});
