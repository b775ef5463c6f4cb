import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Store } from "../protocol/store.ts";
import { aCall, aCipher, aRun, keyOf, type OpenRun, firstWriter, record } from "../test/store/samples.ts";
import { openStore } from "./openStore.ts";
import { isSecretBlob, withoutMark } from "./secretBlob.ts";

const MARKER = "MARKER-7f3a";
const cipher = aCipher();
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

let folder = "";
before(async () => void (folder = await mkdtemp(join(tmpdir(), "tasker-sealing-"))));
after(() => rm(folder, { recursive: true }));

test("a store that seals leaves nothing of what runs hold in its files, open or closed", async () => {
  const file = join(folder, "sealed.db");
  const store = await openStore({ file, cipher, sealAll: true });
  await fill(store);
  assert.deepEqual(await filesWithMarker(file), []);
  await store.close();
  assert.deepEqual(await filesWithMarker(file), []);

  const plain = join(folder, "plain.db");
  const other = await openStore({ file: plain, cipher });
  await fill(other);
  await other.close();
  assert.notDeepEqual(await filesWithMarker(plain), [], "the search finds what is there");
});

test("records of before encryption can be read with it, and sealed ones after it was turned off", async () => {
  const file = join(folder, "mixed.db");
  const runs: OpenRun[] = [];
  for (const sealAll of [false, true]) {
    const store = await openStore({ file, cipher, sealAll });
    runs.push(await fill(store));
    await store.close();
  }
  for (const sealAll of [false, true]) {
    const store = await openStore({ file, cipher, sealAll });
    for (const run of runs) await check(store, run);
    assert.deepEqual(
      (await store.runs.list({ limit: 5 })).map(({ input }) => input),
      [{ value: MARKER }, { value: MARKER }],
    );
    await store.close();
  }
});

test("a secret blob is sealed though nothing else is, and its claim says so", async () => {
  const file = join(folder, "secret.db");
  const store = await openStore({ file, cipher });
  const claim = await store.blobs.put(keyOf("r"), Buffer.from(MARKER), { secret: [MARKER] });
  assert.equal(claim.secret, true);
  const blob = await store.blobs.get(keyOf("r"), claim.sha256);
  assert.equal(text(blob?.bytes), MARKER);
  assert.deepEqual(blob?.secret, [MARKER]);
  await store.close();
  assert.deepEqual(await filesWithMarker(file), []);
});

test("the mark of a secret blob cannot be taken off, and what was sealed before there was one still opens", async () => {
  const file = join(folder, "marked.db");
  const store = await openStore({ file, cipher });
  const { sha256 } = await store.blobs.put(keyOf("r"), Buffer.from(MARKER), { secret: "itself" });
  using database = new DatabaseSync(file);
  const { bytes } = database.prepare("select bytes from tasker_blobs where sha256 = ?").get(sha256) as {
    bytes: Uint8Array;
  };
  assert.ok(isSecretBlob(bytes));
  const bare = await store.blobs.put(keyOf("r"), withoutMark(bytes));
  await assert.rejects(store.blobs.get(keyOf("r"), bare.sha256), { code: "sealed_value_damaged" });
  const before = await store.blobs.put(keyOf("r"), cipher.seal(Buffer.from(MARKER), "blob"));
  const opened = await store.blobs.get(keyOf("r"), before.sha256);
  assert.equal(text(opened?.bytes), MARKER);
  assert.equal(opened?.secret, undefined);
  await store.close();
});

test("without a key nothing is sealed by mistake and nothing sealed is read", async () => {
  const file = join(folder, "keyless.db");
  await assert.rejects(openStore({ file, sealAll: true }), { code: "key_missing" });
  const sealing = await openStore({ file, cipher, sealAll: true });
  const run = await fill(sealing);
  await sealing.close();
  const store = await openStore({ file });
  await assert.rejects(store.blobs.put(keyOf("r"), Buffer.from("x"), { secret: "itself" }), { code: "key_missing" });
  await assert.rejects(store.runs.get(run.taskRunId), { code: "key_missing" });
  await store.close();
  const wrong = await openStore({ file, cipher: aCipher(), sealAll: true });
  await assert.rejects(wrong.runs.get(run.taskRunId), {
    code: "key_missing",
    class: "infrastructure",
    retryable: true,
  });
  await wrong.close();
});

test("a sealed column moved to another column, row or run is refused", async () => {
  const file = join(folder, "moved.db");
  const store = await openStore({ file, cipher, sealAll: true });
  const [run, other] = [await fill(store), await fill(store)];
  using database = new DatabaseSync(file);
  const move = (statement: string, ...values: (string | number)[]) => database.prepare(statement).run(...values);
  const damaged = { code: "sealed_value_damaged", retryable: false };

  move("update tasker_runs set result = input where task_run_id = ?", run.taskRunId);
  await assert.rejects(store.runs.get(run.taskRunId), damaged);
  move(
    "update tasker_calls set record = (select record from tasker_calls where task_run_id = ? and id = 1) where task_run_id = ? and id = 2",
    run.taskRunId,
    run.taskRunId,
  );
  await assert.rejects(store.runs.calls(run), damaged);
  move(
    "update tasker_logs set line = (select line from tasker_logs where task_run_id = ?) where task_run_id = ?",
    run.taskRunId,
    other.taskRunId,
  );
  await assert.rejects(store.runs.logs(other), damaged);
  await store.close();
});

/** A run with the marker in everything that it leaves. */
async function fill(store: Store): Promise<OpenRun> {
  const run = aRun({ input: { value: MARKER } });
  const error = { code: "c", class: "guest", message: MARKER, stack: MARKER } as const;
  await store.runs.open(run);
  const { sha256 } = await store.blobs.put(run, Buffer.from(MARKER));
  assert.equal(text((await store.blobs.get(run, sha256))?.bytes), MARKER);
  const calls = [
    aCall(1, { args: { value: [MARKER] }, status: "failed", error }),
    aCall(2, { status: "completed", result: { value: MARKER } }),
  ];
  await record(store.runs, run, calls, 0, [{ at: 1, level: "info", text: MARKER }]);
  await store.runs.close(run, firstWriter(run), { status: "failed", result: { value: MARKER }, error, endedAt: 2 });
  await check(store, run);
  return run;
}

async function check(store: Store, run: OpenRun): Promise<void> {
  const record = await store.runs.get(run.taskRunId);
  assert.deepEqual([record?.input, record?.result], [{ value: MARKER }, { value: MARKER }]);
  assert.equal(record?.error?.message, MARKER);
  const [first, second] = await store.runs.calls(run);
  assert.deepEqual(
    [first?.args, first?.error?.message, second?.result],
    [{ value: [MARKER] }, MARKER, { value: MARKER }],
  );
  assert.deepEqual(await store.runs.logs(run), [{ at: 1, level: "info", text: MARKER }]);
}

/** Which of the database's files (its write-ahead log too) hold the marker. */
async function filesWithMarker(file: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => join(folder, name).startsWith(file));
  assert.ok(names.length > 0);
  const found = await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).includes(MARKER)));
  return names.filter((_, index) => found[index]);
}
