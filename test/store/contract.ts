import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { CallRecord, RunRecord } from "../../protocol/run.ts";
import type { RunStore, Store, Writer } from "../../protocol/store.ts";
import type { Claim } from "../../protocol/value.ts";
import { secretContract } from "./secretContract.ts";
import { pruneContract } from "./pruneContract.ts";
import {
  aCall,
  aRun,
  AWKWARD,
  aVersion,
  claimOf,
  keyOf,
  firstWriter,
  record,
  writerOf,
  type OpenRun,
} from "./samples.ts";
import { stepContract } from "./stepContract.ts";
import { usageContract } from "./usageContract.ts";

/** What a kind of database needs for the contract: a new, empty one each time, and a way to spoil a blob. */
export interface Subject {
  open(): Promise<Store>;
  /** Changes the bytes that are kept under this hash, behind the store's back. */
  damage(sha256: string): Promise<void>;
  /** Whether there is a blob under this hash, whoever holds it. */
  isStored(sha256: string): Promise<boolean>;
}

/**
 * What every store promises, whatever database is below it.
 * @param sealed whether `open` gives a store that seals everything: no two sealings of the same bytes are one blob then
 */
export function storeContract(name: string, start: () => Promise<Subject>, { sealed = false } = {}): void {
  describe(`${name} keeps the store's contract`, () => {
    let subject: Subject;
    let store: Store;
    let runs: RunStore;
    before(async () => {
      subject = await start();
      store = await subject.open();
      ({ runs } = store);
    });
    after(() => store.close());

    test("a published version comes back exactly, and becomes the current one", async () => {
      const first = aVersion({ task: "publish", version: "1", bundle: `a${AWKWARD}`, sourceMap: AWKWARD });
      const second = aVersion({ task: "publish", version: "2", inputSchema: { type: "object" }, tools: ["gapi"] });
      assert.equal(await store.versions.current("publish"), undefined);
      assert.equal(await store.versions.publish(first), "published");
      assert.deepEqual(await store.versions.current("publish"), first);
      assert.equal(await store.versions.publish(second), "published");
      assert.deepEqual(await store.versions.current("publish"), second);
      assert.deepEqual(await store.versions.get("publish", "1"), first);
      assert.equal(await store.versions.get("publish", "3"), undefined);
    });

    test("publishing the same version again changes nothing; an older one becomes current as it was", async () => {
      const first = aVersion({ task: "again", version: "1" });
      const second = aVersion({ task: "again", version: "2" });
      await store.versions.publish(first);
      assert.equal(await store.versions.publish({ ...first, publishedAt: 9 }), "unchanged");
      await store.versions.publish(second);
      assert.equal(await store.versions.publish({ ...first, bundle: "other" }), "published");
      assert.deepEqual(await store.versions.current("again"), first);
    });

    test("the list holds the current version of every task by name, without its code", async () => {
      for (const task of ["list/b", "list/B", "list/a"]) await store.versions.publish(aVersion({ task }));
      const listed = (await store.versions.list()).filter(({ task }) => task.startsWith("list/"));
      assert.deepEqual(
        listed.map(({ task }) => task),
        ["list/B", "list/a", "list/b"],
      );
      const { bundle, sourceMap, ...summary } = aVersion({ task: "list/B" });
      assert.ok(bundle && sourceMap);
      assert.deepEqual(listed[0], summary);
    });

    test("a bundle of 10 MiB comes back whole", async () => {
      const bundle = randomBytes(5 * 1024 * 1024).toString("hex");
      await store.versions.publish(aVersion({ task: "large", bundle }));
      assert.ok((await store.versions.current("large"))?.bundle === bundle);
    });

    test("opening a run twice keeps the first write", async () => {
      const run = aRun({ parent: { ...keyOf("p"), call: 3 } });
      await runs.open(run);
      await runs.open({ ...run, task: "other", input: { value: 2 } });
      assert.deepEqual(await runs.get(run.taskRunId), { ...run, status: "open" });
    });

    test("opening says whether the record was written; one that was refused makes room for another execution's", async () => {
      const run = aRun({ version: "" });
      const error = { code: "unknown_task", class: "guest", message: "no" } as const;
      assert.equal(await runs.open(run), true);
      await runs.close(run, firstWriter(run), { status: "failed", error, endedAt: 5 });
      assert.equal(await runs.open({ ...run, version: "1" }), false);
      const again = { ...run, version: "1", executionId: "second", chainId: run.firstRunId };
      assert.equal(await runs.open(again), true);
      const expected = { ...run, version: "1", executionId: "second", status: "open", resets: 1 };
      assert.deepEqual(await runs.get(run.taskRunId), expected);
      assert.equal(await runs.open({ ...again, executionId: "third" }), false);
    });

    test("an execution that takes over opens a closed record again, and drops what was recorded after its reset", async () => {
      const run = aRun();
      const [one, two, three] = [aCall(1, { status: "completed" }), aCall(2, { status: "failed" }), aCall(3)];
      const lines = ["a", "b", "c"].map((text) => ({ at: 1, level: "info", text }) as const);
      await runs.open(run);
      await record(runs, run, [one, two, three], 0, lines);
      await runs.close(run, firstWriter(run), { status: "completed", result: { value: 1 }, endedAt: 5 });
      const second = writerOf(run, "second", { reset: true });
      const written = { firstCall: 2, calls: [aCall(2)], firstLine: 1, lines: lines.slice(2) };
      for (let i = 0; i < 2; i++) assert.equal(await runs.write(run, second, written), true);
      assert.deepEqual(await runs.get(run.taskRunId), { ...run, status: "open", executionId: "second", resets: 1 });
      assert.deepEqual(await runs.calls(run), [one, aCall(2)]);
      assert.deepEqual(await runs.logs(run), [lines[0], lines[2]]);
    });

    test("an execution that was given up changes nothing, whatever it writes and however late; the one that goes on does", async () => {
      const run = aRun();
      await runs.open(run);
      const [first, second, third] = [firstWriter(run, 100), writerOf(run, "second"), writerOf(run, "third")];
      const write = (writer: Writer, id: number) =>
        runs.write(run, writer, { firstCall: id, calls: [aCall(id)], firstLine: 0, lines: [] });
      assert.deepEqual([await write(first, 1), await write(second, 2), await write(third, 3)], [true, true, true]);
      const end = { status: "failed", endedAt: 5 } as const;
      for (const writer of [first, second]) {
        assert.equal(await write(writer, 1), false);
        assert.equal(await runs.close(run, writer, end), false);
        assert.equal(await runs.confirm(run, "third", writer.execution, end), false);
        assert.equal(await runs.confirm(run, writer.execution.runId, writer.execution, end), false);
      }
      assert.deepEqual(
        (await runs.calls(run)).map(({ id }) => id),
        [1, 2, 3],
      );
      assert.equal(await runs.close(run, third, { status: "completed", endedAt: 6 }), true);
      const expected = { ...run, status: "completed", endedAt: 6, executionId: "third" };
      assert.deepEqual(await runs.get(run.taskRunId), expected);
    });

    test("within an execution a longer history is newer: a worker that lost its workflow task changes nothing", async () => {
      const run = aRun();
      await runs.open(run);
      const at = (historyLength: number, calls: CallRecord[], firstCall = 1) =>
        runs.write(run, firstWriter(run, historyLength), { firstCall, calls, firstLine: 0, lines: [] });
      // What the lost task recorded is dropped by what was recorded instead of it.
      assert.equal(await at(10, [aCall(1), aCall(2, { status: "failed" }), aCall(3)]), true);
      assert.equal(await at(14, [aCall(1), aCall(2)]), true);
      assert.equal(await at(10, [aCall(1), aCall(2), aCall(3)]), false);
      assert.deepEqual(await runs.calls(run), [aCall(1), aCall(2)]);
      assert.equal(await runs.close(run, firstWriter(run, 10), { status: "failed", endedAt: 1 }), false);
      assert.equal((await runs.get(run.taskRunId))?.status, "open");
    });

    test("a provisional end gives way to what its execution does later, and to another end", async () => {
      const run = aRun();
      await runs.open(run);
      const close = (historyLength: number, value: number) =>
        runs.close(run, firstWriter(run, historyLength), { status: "completed", result: { value }, endedAt: value });
      assert.equal(await close(10, 1), true);
      await runs.write(run, firstWriter(run, 14), { firstCall: 1, calls: [aCall(1)], firstLine: 0, lines: [] });
      assert.deepEqual(await runs.get(run.taskRunId), { ...run, status: "open" });
      assert.equal(await close(18, 2), true);
      assert.equal(await close(10, 3), false);
      const ended = { ...run, status: "completed", result: { value: 2 }, endedAt: 2 };
      assert.deepEqual(await runs.get(run.taskRunId), ended);
      assert.equal(await close(18, 4), true);
    });

    test("the end that Temporal tells replaces every other one, and only another execution changes the record then", async () => {
      const run = aRun({ chainId: "chain" });
      await runs.open(run);
      await runs.close(run, firstWriter(run), { status: "completed", result: { value: 1 }, endedAt: 5 });
      const third = writerOf(run, "third", { reset: true, chainId: "chain" });
      assert.equal(
        await runs.confirm(run, run.firstRunId, third.execution, { status: "terminated", endedAt: 7 }),
        true,
      );
      const { chainId } = run;
      const facts = { chainId, executionId: "third", resets: 1, confirmed: true };
      const final = { ...run, status: "terminated", endedAt: 7, ...facts };
      assert.deepEqual(await runs.get(run.taskRunId), final);
      const nothing = { firstCall: 1, calls: [aCall(1)], firstLine: 0, lines: [] };
      for (const writer of [firstWriter(run, 100), { ...third, historyLength: 100 }]) {
        assert.equal(await runs.write(run, writer, nothing), false);
        assert.equal(await runs.close(run, writer, { status: "completed", endedAt: 9 }), false);
      }
      assert.deepEqual(await runs.get(run.taskRunId), final);
      assert.equal(await runs.write(run, writerOf(run, "fourth"), nothing), true);
      assert.equal((await runs.get(run.taskRunId))?.status, "open");
    });

    test("a provisional end from before makes room for the execution that wrote it, and no other end does", async () => {
      const run = aRun();
      await runs.open(run);
      const end = { status: "completed", result: { value: 1 }, endedAt: 5 } as const;
      await runs.close(run, firstWriter(run), end);
      const status = async () => (await runs.get(run.taskRunId))?.status;
      await runs.reopen(run, run.firstRunId, 5);
      await runs.reopen(run, "another", 6);
      assert.equal(await status(), "completed");
      await runs.reopen(run, run.firstRunId, 6);
      assert.deepEqual(await runs.get(run.taskRunId), { ...run, status: "open" });
      await runs.close(run, firstWriter(run), end);
      await runs.confirm(run, run.firstRunId, firstWriter(run).execution, end);
      await runs.reopen(run, run.firstRunId, 6);
      assert.equal(await status(), "completed");
    });

    test("provisional ends are found by their time, and listed beside any status when asked for", async () => {
      const task = "provisional";
      const made = [1, 2, 3, 4].map((startedAt) => aRun({ task, startedAt }));
      for (const run of made) await runs.open(run);
      const end = (endedAt: number) => ({ status: "completed", endedAt }) as const;
      for (const [i, endedAt] of [-30, -20, -10].entries())
        await runs.close(made[i]!, firstWriter(made[i]!), end(endedAt));
      await runs.confirm(made[0]!, made[0]!.firstRunId, firstWriter(made[0]!).execution, end(-30));
      const found = async (before: number, limit = 10) =>
        (await runs.provisional(before, limit)).filter((run) => run.task === task).map(({ endedAt }) => endedAt);
      assert.deepEqual(await found(-5), [-20, -10]);
      assert.deepEqual(await found(-10), [-20]);
      assert.deepEqual(await found(-5, 1), [-20]);
      const listed = async (status: RunRecord["status"], provisional: boolean) =>
        (await runs.list({ task, status, provisional, limit: 10 })).map(({ startedAt }) => startedAt);
      assert.deepEqual(await listed("open", false), [4]);
      assert.deepEqual(await listed("open", true), [4, 3, 2]);
      assert.deepEqual(await listed("completed", true), [3, 2, 1]);
    });

    test("a blob that a run releases is gone, unless another run holds it", async () => {
      const [one, other] = [aRun(), aRun()];
      const [mine, shared] = await Promise.all(
        ["mine", "shared"].map((text) => store.blobs.put(one, Buffer.from(text))),
      );
      const kept = await store.blobs.put(one, Buffer.from("kept"));
      if (!sealed) await store.blobs.put(other, Buffer.from("shared"));
      await store.blobs.release(one, [mine!.sha256, shared!.sha256, "unknown"]);
      await store.blobs.release(one, [mine!.sha256]);
      for (const { sha256 } of [mine!, shared!]) {
        await assert.rejects(store.blobs.get(one, sha256), { code: "claim_denied" });
      }
      if (!sealed) assert.ok(await store.blobs.get(other, shared!.sha256));
      assert.ok(await store.blobs.get(one, kept.sha256));
      assert.deepEqual(await Promise.all([mine!, kept].map(({ sha256 }) => subject.isStored(sha256))), [false, true]);
    });

    test("inputs, results, errors, lines and names with NUL and lone surrogates come back exactly", async () => {
      const run = aRun({ taskRunId: `id${AWKWARD}`, task: AWKWARD, input: { value: { [AWKWARD]: AWKWARD } } });
      const error = { code: "c", class: "guest", message: AWKWARD, stack: AWKWARD } as const;
      const call = aCall(1, { tool: AWKWARD, args: { value: [AWKWARD] }, status: "failed", error });
      const line = { at: 1, level: "info", text: AWKWARD } as const;
      await runs.open(run);
      await record(runs, run, [call], 0, [line]);
      await runs.close(run, firstWriter(run), { status: "failed", result: { value: AWKWARD }, error, endedAt: 5 });
      const expected = { ...run, status: "failed", result: { value: AWKWARD }, error, endedAt: 5 };
      assert.deepEqual(await runs.get(run.taskRunId, run.firstRunId), expected);
      assert.deepEqual(await runs.calls(run), [call]);
      assert.deepEqual(await runs.logs(run), [line]);
      assert.deepEqual(await runs.list({ task: AWKWARD, limit: 5 }), [expected]);
    });

    test("a call keeps its arguments when a later record of it has none", async () => {
      const run = aRun();
      await runs.open(run);
      const args = { value: [AWKWARD] };
      await record(runs, run, [aCall(1, { args }), aCall(2, { args })], 0, []);
      const settled = ["completed", "failed"].map((status, index) => {
        const settledCall: { -readonly [field in keyof CallRecord]: CallRecord[field] } = aCall(index + 1);
        delete settledCall.args;
        return { ...settledCall, status: status as "completed" };
      });
      await record(runs, run, settled, 0, []);
      assert.deepEqual(
        (await runs.calls(run)).map((call) => [call.status, call.args]),
        [
          ["completed", args],
          ["failed", args],
        ],
      );
    });

    test("a name that looks like its own escape is another name", async () => {
      const plain = aRun({ taskRunId: "\0" });
      const quoted = aRun({ taskRunId: JSON.stringify("\0") });
      await runs.open(plain);
      await runs.open(quoted);
      assert.equal((await runs.get("\0"))?.firstRunId, plain.firstRunId);
      assert.equal((await runs.get(quoted.taskRunId))?.taskRunId, quoted.taskRunId);
    });

    test("an id of 1,000 bytes is kept, and one past it is refused", async () => {
      const run = aRun({ taskRunId: randomBytes(500).toString("hex") });
      await runs.open(run);
      assert.ok(await runs.get(run.taskRunId));
      await assert.rejects(runs.open({ ...run, taskRunId: `${run.taskRunId}x` }), { code: "invalid_argument" });
    });

    test("an input of 10 MiB in the record itself comes back whole", async () => {
      const run = aRun({ input: { value: randomBytes(5 * 1024 * 1024).toString("hex") } });
      await runs.open(run);
      assert.ok(JSON.stringify((await runs.get(run.taskRunId))?.input) === JSON.stringify(run.input));
    });

    test("the newest of the runs that used one workflow id is answered, the others by their first run id", async () => {
      const old = aRun({ startedAt: 1 });
      const young = { ...aRun({ startedAt: 2 }), taskRunId: old.taskRunId };
      await runs.open(young);
      await runs.open(old);
      assert.equal((await runs.get(old.taskRunId))?.firstRunId, young.firstRunId);
      assert.equal((await runs.get(old.taskRunId, old.firstRunId))?.firstRunId, old.firstRunId);
      assert.equal(await runs.get(old.taskRunId, "none"), undefined);
      assert.equal(await runs.get("none"), undefined);
    });

    test("a call that has settled never goes back to pending, in one record or in two", async () => {
      const run = aRun();
      const settled = aCall(1, { status: "completed", result: { value: 1 }, endedAt: 2 });
      await runs.open(run);
      await record(runs, run, [aCall(1), settled, aCall(1)], 0, []);
      assert.deepEqual(await runs.calls(run), [settled]);
      await record(runs, run, [aCall(1)], 0, []);
      assert.deepEqual(await runs.calls(run), [settled]);
    });

    test("recording the same calls and lines again changes nothing, and later ones join them in order", async () => {
      const run = aRun();
      const line = (text: string) => ({ at: 1.5, level: "warn", text }) as const;
      await runs.open(run);
      for (let time = 0; time < 2; time++) {
        await record(runs, run, [aCall(2), aCall(1)], 0, [line("a"), line("b")]);
      }
      await record(runs, run, [aCall(10), aCall(2, { status: "cancelled" })], 2, [line("c")]);
      assert.deepEqual(await runs.calls(run), [aCall(1), aCall(2, { status: "cancelled" }), aCall(10)]);
      assert.deepEqual(
        (await runs.logs(run)).map(({ text }) => text),
        ["a", "b", "c"],
      );
    });

    test("2,000 calls and 2,000 lines in one go are all kept, within 5 s", async () => {
      const run = aRun();
      const calls = Array.from({ length: 2000 }, (_, i) => aCall(i + 1, { status: "completed", result: { value: i } }));
      const lines = calls.map(({ id }) => ({ at: id, level: "info", text: `line ${id}` }) as const);
      await runs.open(run);
      const started = performance.now();
      await record(runs, run, calls, 0, lines);
      assert.ok(performance.now() - started < 5000);
      assert.deepEqual(await runs.calls(run), calls);
      assert.deepEqual(await runs.logs(run), lines);
    });

    test("recording for a run that has no record fails for good, and leaves nothing", async () => {
      const run = aRun();
      await assert.rejects(record(runs, run, [aCall(1)], 0, []), { class: "infrastructure", retryable: false });
      await runs.open(run);
      assert.deepEqual(await runs.calls(run), []);
    });

    test("a write that fails half-way leaves nothing", async () => {
      const run = aRun();
      await runs.open(run);
      await assert.rejects(record(runs, run, [aCall(1)], NaN, [{ at: 1, level: "info", text: "x" }]));
      assert.deepEqual(await runs.calls(run), []);
      await record(runs, run, [aCall(1)], 0, []);
      assert.deepEqual(await runs.calls(run), [aCall(1)]);
    });

    test("of ends that are written at once one counts; a run without a record has none", async () => {
      const run = aRun();
      await runs.open(run);
      const ends = [1, 2, 3].map((value) => ({ status: "completed", result: { value }, endedAt: value }) as const);
      await Promise.all(ends.map((end) => runs.close(run, firstWriter(run), end)));
      const record = await runs.get(run.taskRunId);
      assert.ok(
        ends.some(({ result, endedAt }) => record?.endedAt === endedAt && isDeepStrictEqual(record.result, result)),
      );
      const unknown = keyOf("unknown");
      const failure = { class: "infrastructure", retryable: false };
      await assert.rejects(runs.close(unknown, firstWriter(unknown), ends[0]!), failure);
    });

    test("the calls that were pending when a run closed are cancelled", async () => {
      const run = aRun();
      await runs.open(run);
      const calls = [aCall(1), aCall(2, { status: "completed" })];
      const written = { firstCall: 1, calls, firstLine: 0, lines: [] };
      await runs.write(run, firstWriter(run), { ...written, end: { status: "terminated", endedAt: 7 } });
      assert.deepEqual(
        (await runs.calls(run)).map(({ id, status, endedAt }) => [id, status, endedAt]),
        [
          [1, "cancelled", 7],
          [2, "completed", undefined],
        ],
      );
    });

    test("a run's children are those of this run alone, by the call that made them", async () => {
      const parent = aRun();
      const [second, first] = [aRun({ parent: { ...parent, call: 2 } }), aRun({ parent: { ...parent, call: 1 } })];
      const foreign = aRun({ parent: { ...parent, firstRunId: "other", call: 1 } });
      for (const run of [parent, second, first, foreign]) await runs.open(run);
      assert.deepEqual(
        (await runs.children(parent)).map(({ firstRunId }) => firstRunId),
        [first.firstRunId, second.firstRunId],
      );
    });

    test("runs are listed newest first, by status and task, up to the limit", async () => {
      const task = "listed";
      const made = [3, 1, 2].map((startedAt) => aRun({ task, startedAt }));
      for (const run of made) await runs.open(run);
      await runs.close(made[0]!, firstWriter(made[0]!), { status: "failed", endedAt: 4 });
      const listed = async (filter: { status?: RunRecord["status"]; limit: number }) =>
        (await runs.list({ task, ...filter })).map(({ startedAt }) => startedAt);
      assert.deepEqual(await listed({ limit: 1000 }), [3, 2, 1]);
      assert.deepEqual(await listed({ limit: 2 }), [3, 2]);
      assert.deepEqual(await listed({ status: "open", limit: 5 }), [2, 1]);
      assert.deepEqual(await listed({ status: "failed", limit: 5 }), [3]);
      for (const limit of [0, 1001, 1.5]) await assert.rejects(listed({ limit }), { code: "invalid_argument" });
    });

    test("a blob comes back whole, whether it holds nothing or 32 MiB", async () => {
      for (const size of [0, 1, 1024 * 1024, 1024 * 1024 + 1, 32 * 1024 * 1024]) {
        const bytes = new Uint8Array(randomBytes(size));
        const claim = await store.blobs.put(keyOf("blobs"), bytes);
        const facts = { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: size };
        if (sealed)
          assert.ok(claim.sha256 !== facts.sha256 && claim.bytes > size, "the claim tells of the sealed bytes");
        else assert.deepEqual(claim, facts);
        const back = (await store.blobs.get(keyOf("blobs"), claim.sha256))?.bytes;
        assert.ok(back && Buffer.compare(back, bytes) === 0 && back.constructor === Uint8Array, `${size} bytes`);
      }
    });

    test("a view into a larger buffer is kept as what it shows", async () => {
      const { sha256 } = await store.blobs.put(keyOf("blobs"), new Uint8Array([9, 1, 2, 9]).subarray(1, 3));
      assert.deepEqual((await store.blobs.get(keyOf("blobs"), sha256))?.bytes, new Uint8Array([1, 2]));
    });

    test("a damaged blob is the error blob_missing, and putting its bytes again mends it", async () => {
      const bytes = new Uint8Array(randomBytes(100_000));
      const { sha256 } = await store.blobs.put(keyOf("damage"), bytes);
      await subject.damage(sha256);
      await assert.rejects(store.blobs.get(keyOf("damage"), sha256), { code: "blob_missing", class: "infrastructure" });
      const again = await store.blobs.put(keyOf("damage"), bytes);
      const mended = await store.blobs.get(keyOf("damage"), sealed ? again.sha256 : sha256);
      assert.deepEqual(mended?.bytes, bytes);
    });

    test("a claim is redeemed for the run that holds the blob, its parent and its children, and for no other", async () => {
      const holder = aRun();
      const parent = aRun();
      const held = { ...holder, parent: { ...parent, call: 1 } };
      const child = aRun({ parent: { ...holder, call: 1 } });
      const { sha256 } = await store.blobs.put(holder, new Uint8Array(randomBytes(100)));
      for (const run of [held, parent, child]) await runs.open(run);
      for (const reader of [holder, parent, child]) assert.ok(await store.blobs.get(reader, sha256));
      const grandchild = aRun({ parent: { ...child, call: 1 } });
      await runs.open(grandchild);
      const sameId = { ...holder, firstRunId: "another" };
      const others = [aRun(), sameId, grandchild, { ...holder, firstRunId: "" }];
      for (const { taskRunId, firstRunId } of others) {
        const denied = { code: "claim_denied", class: "guest", retryable: false };
        await assert.rejects(store.blobs.get({ taskRunId, firstRunId }, sha256), denied);
      }
      await assert.rejects(store.blobs.get(holder, "0".repeat(64)), { code: "claim_denied" });
      // Before a child has its record, the caller names the parent.
      assert.ok(await store.blobs.get({ ...aRun(), parent: holder }, sha256));
    });

    test("what the client put for a run's id is redeemed for every run of that id", async () => {
      const run = keyOf("given");
      const { sha256 } = await store.blobs.put({ ...run, firstRunId: "" }, new Uint8Array(randomBytes(100)));
      for (const firstRunId of ["one", "two"]) assert.ok(await store.blobs.get({ ...run, firstRunId }, sha256));
      await assert.rejects(store.blobs.get(keyOf("not given"), sha256), { code: "claim_denied" });
    });

    test("a run takes over the input that was put for its id: the blob goes with the run", async () => {
      const run = aRun();
      const claim = await store.blobs.put({ ...run, firstRunId: "" }, new Uint8Array(randomBytes(100)));
      await runs.open({ ...run, input: { claim } });
      assert.ok(await store.blobs.get(run, claim.sha256));
      await runs.close(run, firstWriter(run), { status: "completed", endedAt: 1 });
      await runs.remove(run);
      assert.equal(await subject.isStored(claim.sha256), false);
    });

    test("an input that no run took over is removed once it is older than the given time", async () => {
      await store.blobs.removeUnclaimed(Number.MAX_SAFE_INTEGER); // of other tests
      const before = Date.now();
      const [unclaimed, refused] = [aRun(), aRun()];
      const claim = await store.blobs.put({ ...unclaimed, firstRunId: "" }, new Uint8Array(randomBytes(100)));
      const other = await store.blobs.put({ ...refused, firstRunId: "" }, new Uint8Array(randomBytes(100)));
      await runs.open({ ...refused, version: "" });
      assert.equal(await store.blobs.removeUnclaimed(before), 0);
      assert.ok(await store.blobs.get(unclaimed, claim.sha256));
      assert.equal(await store.blobs.removeUnclaimed(Date.now() + 1), 2);
      for (const { sha256 } of [claim, other]) assert.equal(await subject.isStored(sha256), false);
      await assert.rejects(store.blobs.get(unclaimed, claim.sha256), { code: "claim_denied" });
    });

    test(
      "an input that was put again is as young as the last time, and one that a run holds as well stays",
      { skip: sealed },
      async () => {
        const [given, holder] = [aRun(), aRun()];
        const bytes = new Uint8Array(randomBytes(100));
        const { sha256 } = await store.blobs.put({ ...given, firstRunId: "" }, bytes);
        const between = Date.now() + 1;
        while (Date.now() <= between) await store.blobs.put({ ...given, firstRunId: "" }, bytes);
        await store.blobs.put({ ...given, firstRunId: "" }, bytes);
        assert.equal(await store.blobs.removeUnclaimed(between), 0);
        await store.blobs.put(holder, bytes);
        assert.equal(await store.blobs.removeUnclaimed(Date.now() + 1), 0);
        assert.ok(await store.blobs.get(holder, sha256));
      },
    );

    test("a record that repeats a claim from outside gives its run no right to the blob", async () => {
      const { sha256, bytes } = await store.blobs.put(aRun(), new Uint8Array(randomBytes(100)));
      const claim = { sha256, bytes };
      const thief = aRun({ input: { claim } });
      await runs.open(thief);
      await record(runs, thief, [aCall(1, { args: { claim }, result: { claim } })], 0, []);
      await runs.close(thief, firstWriter(thief), { status: "completed", result: { claim }, endedAt: 1 });
      await assert.rejects(store.blobs.get(thief, sha256), { code: "claim_denied" });
    });

    const waysToHold: Record<string, (run: OpenRun, bytes: Uint8Array, claim: Claim) => Promise<unknown>> = {
      "a put": (run, bytes) => store.blobs.put(run, bytes),
      "its input": (run, _, claim) => runs.open({ ...run, input: { claim } }),
      "a call's arguments": (run, _, claim) => record(runs, run, [aCall(1, { args: { claim } })], 0, []),
      "a call's result": (run, _, claim) => record(runs, run, [aCall(1, { result: { claim } })], 0, []),
      "its result": (run, _, claim) =>
        runs.close(run, firstWriter(run), { status: "completed", result: { claim }, endedAt: 1 }),
    };
    for (const [way, hold] of Object.entries(waysToHold)) {
      if (sealed && way === "a put") continue;
      test(`a blob that two runs hold, one of them by ${way}, goes with the last of them`, async () => {
        const first = aRun();
        // A run holds another's blob only if it may redeem it.
        const last = aRun({ parent: { ...first, call: 1 } });
        const bytes = new Uint8Array(randomBytes(1000));
        const claim = await store.blobs.put(first, bytes);
        await runs.open(first);
        if (way !== "its input") await runs.open(last);
        await hold(last, bytes, claim);
        for (const run of [first, last]) {
          assert.ok(await store.blobs.get(run, claim.sha256), "held so far");
          await runs.close(run, firstWriter(run), { status: "completed", endedAt: 1 });
          assert.equal(await runs.remove(run), true);
        }
        assert.equal(await subject.isStored(claim.sha256), false);
      });
    }

    test("an open run stays, with everything that it holds", async () => {
      const run = aRun();
      const { sha256 } = await store.blobs.put(run, new Uint8Array(randomBytes(10)));
      await runs.open(run);
      assert.equal(await runs.remove(run), false);
      assert.ok(await runs.get(run.taskRunId));
      assert.ok(await store.blobs.get(run, sha256));
    });

    test("a removed run leaves no record, calls or lines, and its children stay", async () => {
      const run = aRun();
      const child = aRun({ parent: { ...run, call: 1 } });
      await runs.open(run);
      await runs.open(child);
      await record(runs, run, [aCall(1)], 0, [{ at: 1, level: "info", text: "x" }]);
      await runs.close(run, firstWriter(run), { status: "completed", endedAt: 1 });
      assert.equal(await runs.remove(run), true);
      assert.equal(await runs.get(run.taskRunId), undefined);
      await runs.open(run);
      assert.deepEqual([await runs.calls(run), await runs.logs(run)], [[], []]);
      assert.ok(await runs.get(child.taskRunId));
      assert.equal(await runs.remove(keyOf("unknown")), false);
    });

    test("what a run without a record holds can be freed", async () => {
      const owner = keyOf("never opened");
      const { sha256 } = await store.blobs.put(owner, new Uint8Array(randomBytes(10)));
      assert.equal(await runs.remove(owner), false);
      assert.equal(await subject.isStored(sha256), false);
    });

    test("a blob is never removed under a run that has just begun to hold it", { skip: sealed }, async () => {
      for (let round = 0; round < 20; round++) {
        const old = aRun();
        const young = aRun();
        const younger = aRun({ parent: { ...young, call: 1 } });
        const bytes = new Uint8Array(randomBytes(100));
        const claim = await store.blobs.put(old, bytes);
        for (const run of [old, young, younger]) await runs.open(run);
        await runs.close(old, firstWriter(old), { status: "completed", endedAt: 1 });
        await Promise.all([
          store.blobs.put(young, bytes),
          runs.remove(old),
          record(runs, younger, [aCall(1, { args: { claim } })], 0, []),
        ]);
        assert.deepEqual((await store.blobs.get(young, claim.sha256))?.bytes, bytes);
      }
    });

    test("a claim of a blob that is not there can still be recorded", async () => {
      const run = aRun({ input: { claim: claimOf("nowhere") } });
      await runs.open(run);
      assert.deepEqual((await runs.get(run.taskRunId))?.input, run.input);
    });

    test("an engine comes back as it was first put", async () => {
      const bytes = new Uint8Array(randomBytes(1_000_000));
      assert.equal(await store.engines.get("engine"), undefined);
      await store.engines.put("engine", bytes);
      await store.engines.put("engine", new Uint8Array(1));
      assert.deepEqual(await store.engines.get("engine"), bytes);
    });

    stepContract(() => store);

    pruneContract(
      () => store,
      (sha256) => subject.isStored(sha256),
      sealed,
    );

    secretContract(() => store.secrets);

    usageContract(
      () => store,
      () => subject.open(),
    );

    test("closing finishes what was begun; afterwards every use is a clear error", async () => {
      const other = await subject.open();
      const begun = Array.from({ length: 50 }, () => aRun());
      const opening = begun.map((run) => other.runs.open(run));
      await Promise.all([other.close(), other.close()]);
      await Promise.all(opening);
      for (const run of begun) assert.ok(await runs.get(run.taskRunId));
      await assert.rejects(other.runs.get("x"), { class: "infrastructure", message: /is closed/ });
    });
  });
}
