import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PinnedRun } from "../protocol/activities.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { IssuedCall } from "../protocol/step.ts";
import type { Masked } from "../protocol/text.ts";
import { Arrivals } from "./arrivals.ts";
import { commandBytes } from "./callRecord.ts";
import type { TaskCall } from "./children.ts";
import { DispatchQueue, isDispatchable } from "./dispatchQueue.ts";
import type { ToolCall } from "./toolCall.ts";
import { WorkflowTaskBudget } from "./workflowTask.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
/** What a command costs beside what it carries, and what a waiting call does. */
const COMMAND_OVERHEAD = 512;
const QUEUE_OVERHEAD = 300;

class Budget extends WorkflowTaskBudget {
  renewed = 0;

  override renew(): void {
    this.renewed++;
  }
}

function queueOf(inflightCommands: number): { queue: DispatchQueue; budget: Budget } {
  const pinned: PinnedRun = { task: "t", version: "v", engine: "e", depth: 1, inflightCommands };
  const budget = new Budget(new Arrivals());
  return { queue: new DispatchQueue(RUN, pinned, budget), budget };
}

function tool(id: number, bytes = 0): ToolCall {
  const args = { value: [] };
  return { id, bytes, kind: "tool", tool: "http.fetch", args, key: `key-${id}`, summary: "fetch" as Masked };
}

function task(id: number): TaskCall {
  return { id, bytes: 0, kind: "task", task: "child", input: { value: null }, childRunId: `run/${id}` };
}

describe("the dispatch queue", () => {
  test("dispatches calls in the order in which they were issued, each once", () => {
    const { queue } = queueOf(10);
    for (const call of [tool(1), task(2), tool(3)]) queue.add(call);
    assert.deepEqual([queue.next()?.id, queue.next()?.id, queue.next()?.id, queue.next()], [1, 2, 3, undefined]);
    assert.deepEqual([queue.activities, queue.children, queue.isEmpty], [2, 1, true]);
  });

  test("has as many activities and children in flight as its bound, together, and not one more", () => {
    const { queue } = queueOf(2);
    for (const call of [tool(1), task(2), tool(3)]) queue.add(call);
    queue.next();
    queue.next();
    assert.equal(queue.next(), undefined);
    assert.deepEqual(
      queue.state.map(({ id }) => id),
      [3],
    );
    queue.ended("task");
    assert.equal(queue.next()?.id, 3);
  });

  test("a child of an earlier execution counts as one in flight", () => {
    const { queue } = queueOf(1);
    queue.adoptChild();
    queue.add(tool(1));
    assert.equal(queue.next(), undefined);
    queue.ended("task");
    assert.equal(queue.next()?.id, 1);
  });

  test("dispatches what a workflow task can carry, and not one byte more", () => {
    for (const [extra, dispatched] of [
      [0, 2],
      [1, 1],
    ] as const) {
      const { queue, budget } = queueOf(10);
      const room = LIMITS.workflowTaskBytes - 2 * (COMMAND_OVERHEAD + commandBytes(RUN, tool(1)));
      // The number of bytes is part of what a command carries.
      const bytes = room + String(0).length - String(room).length + extra;
      for (const call of [tool(1), tool(2, bytes), tool(3)]) queue.add(call);
      let count = 0;
      while (queue.next() !== undefined) count++;
      assert.deepEqual([count, budget.renewed], [dispatched, 1]);
      assert.equal(queue.state[0]?.id, dispatched + 1);
    }
  });

  test("is full at its bound in bytes, and not one byte below", () => {
    for (const [less, full] of [
      [0, true],
      [1, false],
    ] as const) {
      const { queue } = queueOf(10);
      queue.add(tool(1, LIMITS.queueBytes - QUEUE_OVERHEAD - less));
      assert.equal(queue.isFull, full);
    }
  });

  test("a call that was dispatched takes no room in the queue", () => {
    const { queue } = queueOf(10);
    queue.add(tool(1, LIMITS.queueBytes));
    queue.next();
    queue.add(tool(2, LIMITS.queueBytes - QUEUE_OVERHEAD - 1));
    assert.equal(queue.isFull, false);
  });

  test("only tools and tasks take a command", () => {
    const timer: IssuedCall = { id: 1, bytes: 0, kind: "timer", tool: "sleep", ms: 1, dueAt: 1 };
    const text = "no.such" as Masked;
    const refused: IssuedCall = {
      ...{ id: 1, bytes: 0, kind: "refused", tool: text, args: { value: [] } },
      error: { code: "unknown_tool", class: "guest", message: text },
    };
    assert.deepEqual([tool(1), task(1), timer, refused].map(isDispatchable), [true, true, false, false]);
  });
});

describe("the bytes of a command", () => {
  test("count names and ids, and what the call carries inline", () => {
    const small = commandBytes(RUN, tool(1));
    const named = commandBytes({ ...RUN, taskRunId: "é".repeat(100) }, tool(1));
    assert.equal(named - small, 200 - RUN.taskRunId.length);
    assert.equal(commandBytes(RUN, { ...tool(1), tool: "http.fetcher" }) - small, 2);
    assert.equal(commandBytes(RUN, tool(1, 1000)) - small, 1000 + 3);
  });

  test("count the claim, not the value that is stored elsewhere", () => {
    const claim = { sha256: "a".repeat(64), bytes: 10_000_000 };
    const input = { claim };
    const more = commandBytes(RUN, { ...task(1), input }) - commandBytes(RUN, task(1));
    assert.equal(more, JSON.stringify(claim).length - JSON.stringify(null).length);
  });
});
