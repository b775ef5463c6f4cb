import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { methodTable } from "../../activities/tools/methodTable.ts";
import type { Method } from "../../activities/tools/service.ts";
import type { RunningWorker } from "../../worker.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

/** Partitions of a task queue on a server that was not told otherwise; each has a part of the rate, and a burst of its own. */
const PARTITIONS = 4;
/** Polls that may wait at a queue: so many starts may come at once after this process, or the server, stood still. */
const POLLERS = 20;

describe("the operator's policy", () => {
  let stack: TestStack;
  let files = 0;
  const workers: RunningWorker[] = [];

  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      // Calls at once; answers how many succeeded, and how the others failed.
      "spend.js": `module.exports = async function spend({ calls, each }, { tools }) {
        const outcomes = await Promise.allSettled(Array.from({ length: calls }, (_, i) => tools.paid.call(each ?? i)));
        const failures = outcomes.filter(({ reason }) => reason).map(({ reason }) => reason);
        return { made: calls - failures.length, failures: failures.map(({ code, message }) => ({ code, message })) };
      };`,
      "fetch.js": `module.exports = async function fetch({ url }, { tools }) {
        return (await tools.http.fetch(url + "/held", { method: "POST" })).status;
      };`,
      "secretive.js": `module.exports = async function secretive({ namespace }, { tools }) {
        const answer = (call) => call.then(() => "ok", ({ code, message }) => code + ": " + message);
        return answer(tools.keystore.list({ namespace }));
      };`,
    });
  });
  afterEach(() => stop());
  after(() => stack.stop());

  /** Workers in this process with a policy and the service `paid`, whose one method is `call`. */
  async function start(policy: unknown, call: Method["call"], count = 1, now?: () => number): Promise<void> {
    const file = path.join(stack.directory, `policy-${files++}.json`);
    await writeFile(file, JSON.stringify(policy));
    const services = [methodTable("paid", { call: { kind: "effect", call } })];
    for (let i = 0; i < count; i++) {
      workers.push(await stack.worker({ TASKER_POLICY: file }, { services, ...(now === undefined ? {} : { now }) }));
    }
  }
  const stop = (): Promise<unknown> => Promise.all(workers.splice(0).map((worker) => worker.stop()));

  test("a rate holds across workers: in no window do more calls start than it allows", async () => {
    const [perSecond, calls] = [20, 120];
    const starts: number[] = [];
    const call = () => Promise.resolve(starts.push(performance.now()));
    await start({ services: { paid: { perSecond } } }, call, 2);
    const report = await stack.run("spend", { calls });
    assert.deepEqual(report.result, { made: calls, failures: [] }, JSON.stringify(report.error));
    assert.equal(starts.length, calls);
    for (const [first, from] of starts.entries()) {
      for (const [later, to] of starts.slice(first).entries()) {
        const allowed = perSecond * ((to - from) / 1_000 + 1) + PARTITIONS + POLLERS;
        assert.ok(later + 1 <= allowed, `${later + 1} starts within ${to - from} ms`);
      }
    }
  });

  test("the concurrency of a service holds in each worker", async () => {
    const gate = Promise.withResolvers<null>();
    let running = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
      return null;
    };
    await start({ services: { paid: { concurrency: 2 } } }, call, 2);
    const run = await stack.start("spend", { calls: 40 });
    await eventually(async () => (await pendingActivities(run)) === 40 && running >= 4);
    gate.resolve(null);
    assert.equal(((await stack.tasker.result(run)).result as { made: number }).made, 40);
    assert.equal(most, 4);
  });

  test("a call that waits for its turn does not die of waiting: no time counts, only attempts", async () => {
    await start({ services: { paid: { perSecond: 100 } } }, () => Promise.resolve(null));
    const limited = await scheduled(await stack.start("spend", { calls: 1 }));
    await stop();
    await start({}, () => Promise.resolve(null));
    const free = await scheduled(await stack.start("spend", { calls: 1 }));
    assert.deepEqual(limited, { queue: "tasker:paid", scheduleToClose: 0, startToClose: 60, attempts: 20 });
    assert.deepEqual(free, { queue: "tasker", scheduleToClose: 900, startToClose: 60, attempts: 0 });
  });

  test("calls that wait at a service's queue are made when the operator has taken the limit away", async () => {
    let made = 0;
    const call = () => Promise.resolve(++made);
    // At most one from each partition begins; the next is due in minutes.
    await start({ services: { paid: { perSecond: 0.01 } } }, call);
    const run = await stack.start("spend", { calls: 30 });
    await eventually(async () => made > 0 && (await pendingActivities(run)) >= 30 - PARTITIONS);
    await stop();
    assert.ok(made <= PARTITIONS);
    await start({}, call);
    assert.equal(((await stack.tasker.result(run)).result as { made: number }).made, 30);
    assert.equal(made, 30);
  });

  test("a worker that is told to stop finishes what it does for a limited service", async () => {
    const gate = Promise.withResolvers<null>();
    const begun = Promise.withResolvers<null>();
    let made = 0;
    const call = () => {
      made++;
      begun.resolve(null);
      return gate.promise;
    };
    await start({ services: { paid: { concurrency: 1 } } }, call);
    const run = await stack.start("spend", { calls: 1 });
    await begun.promise;
    const stopped = stop();
    gate.resolve(null);
    await stopped;
    await start({}, call);
    const report = await stack.tasker.result(run);
    assert.deepEqual([report.result, made, report.calls[0]?.attempts], [{ made: 1, failures: [] }, 1, 1]);
  });

  test("a denial names the rule and its file", async () => {
    const policy = {
      rules: [{ name: "nothing is bought", tasks: "spe*", tools: ["paid"], allow: false }],
      keystore: [{ tasks: "*", namespaces: ["billing"], allow: false }],
    };
    await start(policy, () => Promise.resolve(null));
    const { result } = await stack.run("spend", { calls: 1 });
    const [failure] = (result as { failures: { code: string; message: string }[] }).failures;
    assert.equal(failure?.code, "denied");
    assert.match(
      failure.message,
      /"spend" may not use paid\.call: rules\[0\] \("nothing is bought"\) .* policy-\d+\.json/,
    );
    const { result: refused } = await stack.run("secretive", { namespace: "billing" });
    assert.match(JSON.stringify(refused), /denied: .*secretive.*billing.*: keystore\[0\] .* policy-\d+\.json/);
    assert.equal((await stack.run("secretive", { namespace: "other" })).result, "ok");
  });

  test("a budget holds across workers, and begins again with the day", async () => {
    let now = Date.parse("2026-01-31T12:00:00Z");
    let made = 0;
    const call = () => Promise.resolve(++made);
    await start({ services: { paid: { perDay: { calls: 5 } } } }, call, 2, () => now);
    const { result } = await stack.run("spend", { calls: 20 });
    const { failures } = result as { failures: { code: string; message: string }[] };
    assert.deepEqual([made, failures.length], [5, 15]);
    for (const { code, message } of failures) {
      assert.equal(code, "budget_exhausted");
      assert.match(message, /services\.paid\.perDay\.calls .* allows 5, and 5 are used\. .* 2026-02-01T00:00Z/);
    }
    now += 24 * 60 * 60_000;
    assert.equal(((await stack.run("spend", { calls: 20 })).result as { made: number }).made, 5);
    assert.equal(made, 10);
  });

  test("what calls used up stands on them, whether they succeeded or failed, and stops further ones", async () => {
    const call: Method["call"] = ([units], { reportUsage }) => {
      reportUsage({ units: Number(units) });
      return units === 70 ? Promise.reject(new Error("refused")) : Promise.resolve(null);
    };
    await start({ services: { paid: { perDay: { units: 100 } } } }, call, 1, () => Date.parse("2026-03-01T12:00:00Z"));
    const paid = await stack.run("spend", { calls: 1, each: 60 });
    assert.deepEqual(paid.calls[0]?.usage, { units: 60 });
    const failed = await stack.run("spend", { calls: 1, each: 70 });
    assert.deepEqual([failed.calls[0]?.status, failed.calls[0]?.usage], ["failed", { units: 70 }]);
    const { result, calls } = await stack.run("spend", { calls: 1, each: 1 });
    assert.match(
      JSON.stringify(result),
      /budget_exhausted.*services\.paid\.perDay\.units .* allows 100, and 130 are used/,
    );
    assert.equal(calls[0]?.usage, undefined);
  });

  test("an attempt whose worker is killed stays counted, and the call is made again by another", async () => {
    const file = path.join(stack.directory, `policy-${files++}.json`);
    await writeFile(file, JSON.stringify({ services: { http: { concurrency: 1, perDay: { calls: 100 } } } }));
    const before = await used("http");
    stack.control.hold("/held");
    const killed = await stack.workerProcess({ TASKER_POLICY: file });
    const run = await stack.start("fetch", { url: stack.control.url });
    await stack.control.arrived("/held");
    await killed.kill();
    await stack.workerProcess({ TASKER_POLICY: file });
    stack.control.release("/held");
    const report = await stack.tasker.result(run);
    assert.equal(report.result, 200, JSON.stringify(report.error));
    const made = stack.control.requests("/held").length;
    assert.equal((await used("http")) - before, made);
    assert.equal(made, report.calls[0]?.attempts);
  });

  test("a worker does not start with a policy that names no service", async () => {
    await assert.rejects(
      start({ services: { payed: { perSecond: 1 } } }, () => Promise.resolve(null)),
      { code: "invalid_configuration", message: /policy-\d+\.json[^]*services\.payed: .* paid/ },
    );
  });

  async function pendingActivities(taskRunId: string): Promise<number> {
    const { raw } = await stack.client.workflow.getHandle(taskRunId).describe();
    return raw.pendingActivities?.length ?? 0;
  }

  /** Calls of all days, for the day may change meanwhile. */
  async function used(service: string): Promise<number> {
    const today = Date.now();
    const days = [0, 1].map((day) => new Date(today - day * 24 * 60 * 60_000).toISOString().slice(0, 10));
    const counters = await Promise.all(days.map((day) => stack.store.usage.read(day, service)));
    return counters.reduce((sum, { calls = 0 }) => sum + calls, 0);
  }

  /** How the run's first call was scheduled, times in seconds. */
  async function scheduled(taskRunId: string) {
    await stack.tasker.result(taskRunId);
    const { events } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    const attributes = events?.find(
      ({ activityTaskScheduledEventAttributes: found }) => found,
    )?.activityTaskScheduledEventAttributes;
    const seconds = (duration: { seconds?: unknown } | null | undefined) => Number(duration?.seconds ?? 0);
    return {
      queue: attributes?.taskQueue?.name,
      scheduleToClose: seconds(attributes?.scheduleToCloseTimeout),
      startToClose: seconds(attributes?.startToCloseTimeout),
      attempts: attributes?.retryPolicy?.maximumAttempts ?? 0,
    };
  }
});
