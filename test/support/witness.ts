import assert from "node:assert/strict";
import type { RunReport } from "../../protocol/run.ts";
import type { ControlServer } from "./controlServer.ts";

/**
 * A task that tells the control server, call by call, everything in a VM that could go another way after a crash:
 * time, randomness, order. It returns what it told. One call can be sent to a path that the test holds.
 */
export const WITNESS = `
module.exports = async function witness({ url, calls, heldCall, sleepBefore, sleepMs, blob }, { tools }) {
  const told = [];
  const ballast = blob ? "x".repeat(blob) : "";
  for (let call = 0; call < calls; call++) {
    if (call === sleepBefore) await tools.sleep(sleepMs);
    const mark = { call, random: Math.random(), now: Date.now(), uuid: crypto.randomUUID() };
    told.push(mark);
    const path = call === heldCall ? "/held" : "/witness";
    await tools.http.fetch(url + path, { method: "POST", body: JSON.stringify(mark) });
  }
  return { told, ballast: ballast.length };
};
`;

/** Asserts that the run's memory and the outside world agree, and that no recorded call was made again. */
export function assertWitnessed(report: RunReport, control: ControlServer, calls: number): void {
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  const { told } = report.result as { told: { call: number }[] };
  assert.equal(told.length, calls);
  const firstRun = firstRunOf(control, told);
  const requests = [...control.requests("/witness"), ...control.requests("/held")].filter(({ headers }) =>
    String(headers["idempotency-key"]).startsWith(`${firstRun}:`),
  );
  const byCall = Map.groupBy(requests, ({ body }) => (JSON.parse(body) as { call: number }).call);
  assert.equal(byCall.size, calls);
  for (const mark of told) {
    const made = byCall.get(mark.call) ?? [];
    for (const { body } of made)
      assert.deepEqual(JSON.parse(body), mark, `call ${mark.call} was made with other arguments`);
    const keys = new Set(made.map(({ headers }) => headers["idempotency-key"]));
    assert.equal(keys.size, 1, `call ${mark.call} was made with several idempotency keys`);
    // A call in flight at a crash may be made again: its record says how often it was tried.
    const attempts = report.calls.find(
      ({ id }) => made[0]?.headers["idempotency-key"] === `${firstRun}:${id}`,
    )?.attempts;
    assert.ok(made.length <= (attempts ?? 0), `call ${mark.call} was recorded and made again`);
  }
}

/** The run whose marks these are: its id begins every idempotency key. */
function firstRunOf(control: ControlServer, told: readonly { call: number }[]): string {
  const first = JSON.stringify(told[0]);
  const request = control.received.find(({ body }) => body === first);
  assert.ok(request, "the first call never reached the server");
  return String(request.headers["idempotency-key"]).split(":")[0] ?? "";
}
