import assert from "node:assert/strict";
import type { RunReport } from "../../protocol/run.ts";
import type { ControlServer } from "./controlServer.ts";

/**
 * A task that tells the control server, call by call, everything in a VM that could go another way after a crash:
 * time, randomness, order. It returns what it told. One call can be sent to a path that the test holds.
 */
export const WITNESS = `
module.exports = async function witness({ url, calls, heldCall, sleepBefore, sleepMs, blob }, { tools, taskRunId }) {
  const told = [];
  const ballast = blob ? "x".repeat(blob) : "";
  for (let call = 0; call < calls; call++) {
    if (call === sleepBefore) await tools.sleep(sleepMs);
    const mark = { run: taskRunId, call, random: Math.random(), now: Date.now(), uuid: crypto.randomUUID() };
    told.push(mark);
    const path = call === heldCall ? "/held" : "/witness";
    await tools.http.fetch(url + path, { method: "POST", body: JSON.stringify(mark) });
  }
  return { told, ballast: ballast.length };
};
`;

interface Mark {
  readonly run: string;
  readonly call: number;
}

/** Asserts that the run's memory and the outside world agree, and that no recorded call was made again. */
export function assertWitnessed(report: RunReport, control: ControlServer, calls: number): void {
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  const { told } = report.result as unknown as { told: Mark[] };
  assert.equal(told.length, calls);
  const marks = [...control.requests("/witness"), ...control.requests("/held")]
    .map(({ body, headers }) => ({ mark: JSON.parse(body) as Mark, key: headers["idempotency-key"] }))
    .filter(({ mark }) => mark.run === report.taskRunId);
  const byCall = Map.groupBy(marks, ({ mark }) => mark.call);
  assert.equal(byCall.size, calls);
  assert.equal(new Set(marks.map(({ key }) => key)).size, calls, "two calls share an idempotency key");
  for (const mark of told) {
    const made = byCall.get(mark.call) ?? [];
    for (const { mark: sent } of made) assert.deepEqual(sent, mark, `call ${mark.call} was made with other arguments`);
    const keys = new Set(made.map(({ key }) => key));
    assert.equal(keys.size, 1, `call ${mark.call} was made with several idempotency keys`);
    // A call in flight at a crash may be made again: its record says how often it was tried.
    const attempts = report.calls.filter(({ tool }) => tool === "http.fetch")[mark.call]?.attempts;
    assert.ok(made.length <= (attempts ?? 0), `call ${mark.call} was recorded and made again`);
  }
}
