import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { PruneFilter, RunEnd, Store } from "../../protocol/store.ts";
import { aCall, aRun, firstWriter, record, writerOf, type OpenRun } from "./samples.ts";

/** Before the records of all other tests. */
const LONG_AGO = -1_000_000;

/** What every store promises of the removal of runs that ended long ago. */
export function pruneContract(
  storeOf: () => Store,
  isStored: (sha256: string) => Promise<boolean>,
  sealed: boolean,
): void {
  const filter = (endedBefore: number, ...keep: RunEnd["status"][]): PruneFilter => ({ endedBefore, keep });

  async function ended(endedAt: number, changes: Partial<OpenRun> = {}, status: RunEnd["status"] = "completed") {
    const run = aRun(changes);
    const { runs } = storeOf();
    await runs.open(run);
    const calls = [aCall(1, { status: "completed", result: { value: 1 } }), aCall(2)];
    await record(runs, run, calls, 0, [{ at: 1, level: "info", text: "x" }]);
    await runs.close(run, firstWriter(run), { status, endedAt });
    return run;
  }
  async function found(of: PruneFilter): Promise<string[]> {
    const page = await storeOf().runs.prunable(of, { limit: 1000 });
    return page.map(({ taskRunId }) => taskRunId);
  }

  test("runs that ended before the time are found, the longest ended first, except those to keep", async () => {
    const [b, a, failed] = [
      await ended(LONG_AGO + 2),
      await ended(LONG_AGO + 1),
      await ended(LONG_AGO + 3, {}, "failed"),
    ];
    const late = await ended(LONG_AGO + 9);
    const all = [a, b, failed].map(({ taskRunId }) => taskRunId);
    assert.deepEqual(await found(filter(LONG_AGO + 9)), all);
    assert.deepEqual(await found(filter(LONG_AGO + 9, "failed", "cancelled")), all.slice(0, 2));
    const [first] = await storeOf().runs.prunable(filter(LONG_AGO + 9), { limit: 1 });
    const [second] = await storeOf().runs.prunable(filter(LONG_AGO + 9), { limit: 1, after: first! });
    assert.deepEqual(
      [first, second],
      [
        { taskRunId: a.taskRunId, firstRunId: a.firstRunId, endedAt: LONG_AGO + 1, confirmed: false },
        { taskRunId: b.taskRunId, firstRunId: b.firstRunId, endedAt: LONG_AGO + 2, confirmed: false },
      ],
    );
    for (const run of [a, b, failed, late]) await storeOf().runs.remove(run);
  });

  test("a nested run stays until its parent has ended for good", async () => {
    const { runs } = storeOf();
    const parent = aRun();
    await runs.open(parent);
    const child = await ended(LONG_AGO, { parent: { ...parent, call: 1 } });
    const orphan = await ended(LONG_AGO, { parent: { ...aRun(), call: 1 } });
    const old = filter(LONG_AGO + 1);
    assert.deepEqual(await found(old), [orphan.taskRunId]);
    assert.equal(await runs.prune(child, old), undefined);
    const end = { status: "completed", endedAt: LONG_AGO + 5 } as const;
    await runs.close(parent, firstWriter(parent), end);
    assert.equal(await runs.prune(child, old), undefined, "the parent's end is provisional: it may go on");
    await runs.confirm(parent, parent.firstRunId, firstWriter(parent).execution, end);
    assert.ok(await runs.prune(child, old));
    assert.ok(await runs.prune(orphan, old));
    assert.ok(await runs.remove(parent));
  });

  test("a run that was reset between the look and the removal stays, with its values", async () => {
    const { runs, blobs } = storeOf();
    const run = await ended(LONG_AGO);
    const { sha256 } = await blobs.put(run, randomBytes(10));
    const old = filter(LONG_AGO + 1);
    assert.deepEqual(await found(old), [run.taskRunId]);
    const second = writerOf(run, "second", { reset: true });
    await runs.write(run, second, { firstCall: 2, calls: [], firstLine: 1, lines: [] });
    assert.equal(await runs.prune(run, old), undefined);
    assert.ok(await blobs.get(run, sha256));
    await runs.close(run, second, { status: "completed", endedAt: LONG_AGO + 5 });
    assert.equal(await runs.prune(run, old), undefined);
    await runs.remove(run);
  });

  test("a removal says what it freed: calls, and the bytes of values that nothing else holds", async () => {
    const { runs, blobs } = storeOf();
    const [run, other] = [await ended(LONG_AGO), await ended(LONG_AGO + 5)];
    const [mine, shared] = [randomBytes(5000), randomBytes(7000)];
    const claims = [await blobs.put(run, mine), await blobs.put(run, shared)];
    const others = await blobs.put(other, shared);
    const weighed = await runs.weigh(run);
    const freed = await runs.prune(run, filter(LONG_AGO + 1));
    assert.deepEqual(freed, weighed);
    assert.deepEqual([freed.calls, freed.blobs], [2, sealed ? 2 : 1]);
    const { bytes } = freed;
    const expected = sealed ? 12_000 : 5000;
    assert.ok(bytes > expected + 100 && bytes < expected + 2000, `${bytes} bytes`);
    assert.equal(await isStored(claims[0]!.sha256), false);
    assert.ok(await blobs.get(other, others.sha256));
    assert.equal(await runs.get(run.taskRunId), undefined);
    await runs.remove(other);
  });
}
