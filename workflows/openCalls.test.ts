import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { IssuedCall } from "../protocol/step.ts";
import type { Masked } from "../protocol/text.ts";
import { OpenCalls } from "./openCalls.ts";

type Open = Exclude<IssuedCall, { kind: "refused" }>;

const FAILURE = { error: { code: "http_error", class: "tool", message: "503" }, attempts: 2 } as const;

function tool(id: number): Open {
  const args = { value: [] };
  return { id, bytes: 0, kind: "tool", tool: "http.fetch", args, key: `key-${id}`, summary: "fetch" as Masked };
}

function timer(id: number, dueAt = 5): Open {
  return { id, bytes: 0, kind: "timer", tool: "sleep", ms: 1, dueAt };
}

describe("the open calls of a run", () => {
  test("a second outcome of a call changes nothing, whatever the first was", () => {
    for (const first of ["complete", "fail"] as const) {
      const open = new OpenCalls();
      open.add(tool(1));
      const settled = first === "complete" ? open.complete(1, { value: "a" }) : open.fail(1, FAILURE);
      assert.equal(settled?.settlement.ok, first === "complete");
      assert.equal(open.complete(1, { value: "b" }), undefined);
      assert.equal(open.fail(1, FAILURE), undefined);
      assert.equal(open.size, 0);
    }
  });

  test("the outcome of a call that was never made is none", () => {
    const open = new OpenCalls();
    assert.equal(open.complete(7, { value: null }), undefined);
    assert.equal(open.fail(7, FAILURE), undefined);
  });

  test("a timer that was cleared does not fire", () => {
    const open = new OpenCalls();
    open.add(timer(1));
    assert.equal(open.clear(1)?.id, 1);
    assert.equal(open.clear(1), undefined);
    assert.equal(open.complete(1, { value: null }), undefined);
  });

  test("only a timer can be cleared", () => {
    const open = new OpenCalls();
    open.add(tool(1));
    assert.equal(open.clear(1), undefined);
    assert.equal(open.size, 1);
  });

  test("are listed in the order in which they were issued", () => {
    const open = new OpenCalls();
    for (const call of [tool(1), timer(2), tool(3)]) open.add(call);
    open.complete(1, { value: null });
    open.add(tool(4));
    assert.deepEqual(
      open.oldest(2).map(({ id }) => id),
      [2, 3],
    );
    assert.equal(open.size, 3);
  });

  test("the VM is not fed a failure's stack, and the record has it", () => {
    const open = new OpenCalls();
    open.add(tool(1));
    const error = { ...FAILURE.error, stack: "at host" };
    const settled = open.fail(1, { ...FAILURE, error });
    assert.deepEqual(settled?.settlement, { id: 1, ok: false, error: FAILURE.error });
    assert.deepEqual(settled.record.error, error);
    assert.deepEqual([settled.record.status, settled.record.attempts], ["failed", 2]);
  });

  test("a record has the times and usage that the answer brings", () => {
    const open = new OpenCalls();
    open.add(tool(1));
    const times = { attempts: 3, startedAt: 10, endedAt: 20, usage: { tokens: 5 } };
    const { record, recordBytes } = open.complete(1, { value: "four" }, times) ?? {};
    assert.deepEqual(
      { ...record },
      { id: 1, tool: "http.fetch", status: "completed", result: { value: "four" }, ...times },
    );
    assert.equal(recordBytes, '"four"'.length + '{"tokens":5}'.length);
  });

  test("a record carries nothing of a value that is stored elsewhere", () => {
    const open = new OpenCalls();
    open.add(tool(1));
    assert.equal(open.complete(1, { claim: { sha256: "a", bytes: 1_000_000 } })?.recordBytes, 0);
  });
});
