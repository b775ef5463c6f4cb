import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { reportText } from "../../cli/render/report.ts";
import { freePorts } from "../../dev/freePorts.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

let stack: TestStack;
before(async () => {
  stack = await TestStack.start();
  await stack.publish({
    "stuck.js": `
      module.exports = async function stuck(input, { tools }) {
        await tools.log("before");
        const timer = new Promise((resolve) => setTimeout(resolve, 3600_000));
        await Promise.all([tools.http.fetch(input.url), timer]);
      };`,
  });
});
after(() => stack.stop());

test("a call that fails and is tried again is shown with its attempt and last error, and so is what is unrecorded", async () => {
  await stack.worker();
  const [port] = await freePorts();
  const taskRunId = await stack.start("stuck", { url: `http://127.0.0.1:${port}/` });
  await eventually(async () => {
    const { calls } = await stack.tasker.report(taskRunId);
    return (calls.find(({ tool }) => tool === "http.fetch")?.attempts ?? 0) >= 2;
  });
  const report = await stack.tasker.report(taskRunId);
  assert.deepEqual(
    report.logs.map(({ text }) => text),
    ["before"],
  );
  const call = report.calls.find(({ tool }) => tool === "http.fetch");
  assert.equal(call?.status, "pending");
  assert.match(call.lastError?.message ?? "", /ECONNREFUSED/);
  assert.match(reportText(report, Date.now()), /call #\d+ http\.fetch failed, attempt \d+ .*ECONNREFUSED/);

  const { waitingFor } = await stack.tasker.progress(taskRunId);
  assert.match(waitingFor.find(({ tool }) => tool === "http.fetch")?.retry?.lastError.message ?? "", /ECONNREFUSED/);
  for await (const { progress } of stack.tasker.follow(taskRunId)) {
    const retry = progress?.waitingFor.find(({ tool }) => tool === "http.fetch")?.retry;
    if (retry !== undefined) break;
  }

  const handle = stack.client.workflow.getHandle(taskRunId);
  const metadata = await handle.query<{ currentDetails: string }>("__temporal_workflow_metadata");
  assert.match(metadata.currentDetails, /- call \d+: `setTimeout 3600 s, due 20/);
  const { events } = await handle.fetchHistory();
  const timer = events?.find(({ timerStartedEventAttributes }) => timerStartedEventAttributes != null);
  assert.match(Buffer.from(timer?.userMetadata?.summary?.data ?? []).toString(), /call \d+: setTimeout 3600 s, due 20/);
  await handle.terminate();
});
