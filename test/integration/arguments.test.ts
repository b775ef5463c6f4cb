import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { LIMITS } from "../../protocol/limits.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

/** A payload as a program may send it that uses none of our clients. */
function payload(encoding: string, data: string | Buffer): Payload {
  return { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) };
}

const json = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);

const CLAIM = { sha256: "a".repeat(64), bytes: 5 };
const ECHO = { task: "echo", input: { a: 1 } };

describe("whatever a workflow is started with or told, it is refused with a code or ignored, and never retried", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "echo.js": "module.exports = async function echo(input) { return { echoed: input }; };",
      "asks.js": `module.exports = async function asks({ url }, { tools }) {
        return (await tools.http.fetch(url + "/held")).status;
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  async function startRaw(payloads: Payload[], type = "taskRun"): Promise<string> {
    const workflowId = `raw-${randomUUID()}`;
    await stack.client.workflowService.startWorkflowExecution({
      namespace: "default",
      requestId: randomUUID(),
      workflowId,
      workflowType: { name: type },
      taskQueue: { name: "tasker" },
      input: { payloads },
    });
    return workflowId;
  }

  async function signalRaw(workflowId: string, signalName: string, payloads: Payload[]): Promise<void> {
    await stack.client.workflowService.signalWorkflowExecution({
      namespace: "default",
      requestId: randomUUID(),
      workflowExecution: { workflowId },
      signalName,
      input: { payloads },
    });
  }

  async function failedWorkflowTasks(workflowId: string): Promise<number> {
    const { events } = await stack.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
  }

  const refused: Record<string, { payloads: Payload[]; says: RegExp }> = {
    "a misspelt key": {
      payloads: [json({ task: "echo", inputs: { a: 1 } })],
      says: /"inputs"; did you mean "input"\?/,
    },
    "a key that nothing resembles": { payloads: [json({ task: "echo", zebra: 1 })], says: /unknown field "zebra"/ },
    "a misspelt option": { payloads: [json({ ...ECHO, options: { continueAsNew: 30 } })], says: /continueAsNewEvents/ },
    "input and claim at once": { payloads: [json({ ...ECHO, inputClaim: CLAIM })], says: /exclude each other/ },
    "two inputs": { payloads: [json(ECHO), json(ECHO)], says: /2 arguments.*--input once/ },
    "a second argument that is null": { payloads: [json(ECHO), json(null)], says: /2 arguments/ },
    "what looks like a continued run": {
      payloads: [json(ECHO), json({ continuedFrom: randomUUID(), firstRunId: "x", pinned: { depth: 1 } })],
      says: /2 arguments/,
    },
    "a claim that does not exist": {
      payloads: [json({ task: "echo", inputClaim: CLAIM })],
      says: /"inputClaim" is refused/,
    },
    "a claim that is not a hash": {
      payloads: [json({ task: "echo", inputClaim: { sha256: "\0", bytes: 5 } })],
      says: /64 hexadecimal digits/,
    },
    "a claim of less than nothing": {
      payloads: [json({ task: "echo", inputClaim: { ...CLAIM, bytes: -1 } })],
      says: /whole number/,
    },
    "an encrypted payload that is damaged": {
      payloads: [payload("binary/encrypted", randomUUID())],
      says: /cannot be decoded: .*sealed value/i,
    },
    "an empty encrypted payload": { payloads: [payload("binary/encrypted", "")], says: /cannot be decoded/ },
    "an unknown encoding": { payloads: [payload("binary/zebra", "x")], says: /cannot be decoded: .*binary\/zebra/ },
    "JSON that is not JSON": { payloads: [payload("json/plain", '{"task":')], says: /cannot be decoded/ },
    "JSON that is not UTF-8": {
      payloads: [payload("json/plain", Buffer.from([0xff, 0xfe]))],
      says: /cannot be decoded/,
    },
    "a marker that is not ours to send": {
      payloads: [payload("binary/tasker-undecodable", "why")],
      says: /cannot be decoded: why/,
    },
  };
  for (const [what, { payloads, says }] of Object.entries(refused)) {
    test(`started with ${what}`, async () => {
      const taskRunId = await startRaw(payloads);
      const report = await stack.tasker.result(taskRunId);
      assert.equal(report.status, "failed");
      assert.equal(report.error?.code, "invalid_input");
      assert.match(report.error.message, says);
      assert.equal((await stack.store.runs.get(taskRunId))?.status, "failed");
      assert.equal(await failedWorkflowTasks(taskRunId), 0);
    });
  }

  for (const type of [
    "nonsense",
    "taskrun",
    "x".repeat(1_000),
    ...Object.getOwnPropertyNames(Object.prototype),
    "default",
  ]) {
    test(`another workflow type, ${type.slice(0, 20)}, fails at once and says what to type`, async () => {
      const workflowId = await startRaw([json(ECHO)], type);
      const outcome = await stack.client.workflow
        .getHandle(workflowId)
        .result()
        .then(() => assert.fail("it completed"), String);
      assert.ok(outcome);
      const { events } = await stack.client.workflow.getHandle(workflowId).fetchHistory();
      const failure = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
      assert.equal(failure?.applicationFailureInfo?.type, "unknown_workflow_type");
      assert.match(failure.message ?? "", /--type taskRun/);
      assert.equal(await failedWorkflowTasks(workflowId), 0);
    });
  }

  test("signals of every shape leave a run alone, and it goes on", async () => {
    stack.control.hold("/held");
    const run = await stack.start("asks", { url: stack.control.url });
    await stack.control.arrived("/held");
    const odd: unknown[][] = [
      [],
      [null],
      [1],
      [1, null],
      [1, { ok: true }, "x"],
      [1, { ok: true, result: { claim: { sha256: "\0", bytes: 1 } } }, "x"],
      [1, { ok: false, error: null }, "x"],
      [7, { ok: true, result: { value: 1 } }],
      [{ taskRunId: "é".repeat(501), call: 1 }],
      [{ taskRunId: "x".repeat(1_001), call: 1 }],
      [{ taskRunId: "\0", call: 1 }],
      [{ taskRunId: "", call: 1 }],
      [{ taskRunId: "nobody", call: 0.5 }],
    ];
    for (const name of ["tasker:followUp", "tasker:childSettled", "someone:else", "__temporal_else"]) {
      for (const args of odd) await signalRaw(run, name, args.map(json));
      await signalRaw(run, name, [payload("binary/encrypted", randomUUID())]);
      await signalRaw(run, name, [payload("json/plain", "{")]);
    }
    stack.control.release("/held");
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.status, report.result], ["completed", 200]);
    assert.equal(await failedWorkflowTasks(run), 0);
  });

  test("a run tells no more followers of its end than the bound, and each of them once", async () => {
    stack.control.hold("/held");
    const run = await stack.start("asks", { url: stack.control.url });
    await stack.control.arrived("/held");
    for (let call = 1; call <= LIMITS.followers + 5; call++) {
      await signalRaw(run, "tasker:followUp", [json({ taskRunId: "nobody", call })]);
      if (call === 1) await signalRaw(run, "tasker:followUp", [json({ taskRunId: "nobody", call })]);
    }
    stack.control.release("/held");
    await stack.tasker.result(run);
    const { events } = await stack.client.workflow.getHandle(run).fetchHistory();
    const told = (events ?? []).flatMap((event) => {
      const { input } = event.signalExternalWorkflowExecutionInitiatedEventAttributes ?? {};
      return input?.payloads?.[0] == null ? [] : [defaultPayloadConverter.fromPayload<number>(input.payloads[0])];
    });
    assert.deepEqual(
      told,
      Array.from({ length: LIMITS.followers }, (_, i) => i + 1),
    );
  });

  test("a payload that a worker wrote and this one cannot read waits for the key instead of failing the run", async () => {
    stack.control.hold("/held");
    const run = await stack.start("asks", { url: stack.control.url });
    await stack.control.arrived("/held");
    let activityId: string | null | undefined;
    await eventually(async () => {
      const { pendingActivities } = (await stack.client.workflow.getHandle(run).describe()).raw;
      activityId = pendingActivities?.[0]?.activityId;
      return activityId != null;
    });
    await stack.client.workflowService.respondActivityTaskCompletedById({
      namespace: "default",
      workflowId: run,
      activityId: activityId ?? null,
      result: { payloads: [payload("binary/encrypted", randomUUID())] },
    });
    await eventually(async () => (await failedWorkflowTasks(run)) > 0);
    assert.equal((await stack.tasker.report(run)).status, "processing");
    await stack.client.workflow.getHandle(run).terminate("seen");
    stack.control.release("/held");
  });
});
