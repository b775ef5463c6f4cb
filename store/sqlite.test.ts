import assert from "node:assert/strict";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { storeContract } from "../test/store/contract.ts";
import { WriterProcess } from "../test/store/processes.ts";
import { aCipher, aRun } from "../test/store/samples.ts";
import { openStore, type StoreOptions } from "./openStore.ts";

let folder = "";
before(async () => void (folder = await mkdtemp(join(tmpdir(), "tasker-store-"))));
after(() => rm(folder, { recursive: true }));

const subject = (options: Omit<StoreOptions, "file">) => {
  const file = join(folder, "made", "when missing", `${options.sealAll ? "sealed" : "plain"}.db`);
  return Promise.resolve({
    open: () => openStore({ file, ...options }),
    damage: (sha256: string) => {
      using database = new DatabaseSync(file);
      database.prepare("update tasker_blobs set bytes = zeroblob(length(bytes)) where sha256 = ?").run(sha256);
      return Promise.resolve();
    },
    isStored: (sha256: string) => {
      using database = new DatabaseSync(file);
      const rows = database.prepare("select 1 from tasker_blobs where sha256 = ?").all(sha256);
      return Promise.resolve(rows.length === 1);
    },
  });
};
storeContract("SQLite", () => subject({}));
storeContract("SQLite that seals", () => subject({ cipher: aCipher(), sealAll: true }), { sealed: true });

describe("a SQLite file", () => {
  test("that is missing, or holds no store, is not made for a program that only uses it", async () => {
    const file = join(folder, "nowhere", "tasker.db");
    await assert.rejects(openStore({ file, existing: true }), { code: "store_missing", message: /nowhere/ });
    await assert.rejects(access(join(folder, "nowhere")));
    const other = join(folder, "other-program.db");
    new DatabaseSync(other).close();
    await assert.rejects(openStore({ file: other, existing: true }), { code: "store_missing" });
    await (await openStore({ file })).close();
    await (await openStore({ file, existing: true })).close();
  });

  test("that another process keeps locked is reported while it waits, and is an error that says so at last", async () => {
    const file = join(folder, "locked.db");
    await (await openStore({ file })).close();
    using other = new DatabaseSync(file);
    const slow: string[] = [];
    const options = { file, existing: true, busyTimeoutMs: 3_000, slow: (where: string) => void slow.push(where) };
    const store = await openStore(options);
    other.exec("begin immediate");
    await assert.rejects(store.runs.open(aRun()), { code: "store_failed", message: /kept it locked/ });
    assert.deepEqual(slow, [`SQLite ${file}`]);
    await (await openStore(options)).close();
    assert.equal(slow.length, 1, "opening a store that is up to date only reads");
    other.exec("rollback");
    await store.close();
  });

  test("can be opened and migrated by several processes at once", async () => {
    for (let round = 0; round < 3; round++) {
      const options = { file: join(folder, `race-${round}.db`) };
      const writers = ["a", "b", "c", "d"].map((name) => new WriterProcess(options, name, 1));
      for (const writer of writers) assert.equal((await writer.finished()).length, 1);
    }
  });

  test("loses nothing of what several processes write at once, and none of them sees it busy", async () => {
    const options = { file: join(folder, "crowd.db"), synchronous: "normal" } as const;
    const writers = ["a", "b", "c", "d"].map((name) => new WriterProcess(options, name, 100));
    const confirmed = (await Promise.all(writers.map((writer) => writer.finished()))).flat();
    assert.equal(confirmed.length, 400);
    const store = await openStore(options);
    for (const id of confirmed) {
      const run = await store.runs.get(id);
      assert.ok(run && "claim" in run.input);
      assert.equal((await store.runs.calls(run)).length, 2);
      assert.ok(await store.blobs.get(run, run.input.claim.sha256));
    }
    await store.close();
  });

  test("is whole after a writer was killed, and holds everything that was confirmed", async () => {
    const file = join(folder, "killed.db");
    for (let round = 0; round < 5; round++) {
      const confirmed = await new WriterProcess({ file }, `round-${round}`, 10_000).killedAfter(10 + round);
      const store = await openStore({ file });
      for (const id of confirmed) {
        const run = await store.runs.get(id);
        assert.ok(run, id);
        assert.equal((await store.runs.calls(run)).length, 2);
      }
      await store.close();
      using database = new DatabaseSync(file);
      assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
    }
  });

  test("leaves the thread that uses it free while another process holds the lock", async () => {
    const file = join(folder, "held.db");
    const store = await openStore({ file });
    using other = new DatabaseSync(file);
    other.exec("begin immediate");
    const run = aRun();
    const opening = store.runs.open(run);
    let turns = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (++turns === 20) resolve(clearInterval(timer));
      }, 5);
    });
    assert.equal(await Promise.race([opening.then(() => "done"), Promise.resolve("waiting")]), "waiting");
    other.exec("commit");
    await opening;
    assert.ok(await store.runs.get(run.taskRunId));
    await store.close();
  });

  test("that is none is a clear error of the infrastructure", async () => {
    const file = join(folder, "none.db");
    await writeFile(file, "This is a letter and not a database, and long enough to be sure of that. ".repeat(20));
    await assert.rejects(openStore({ file }), {
      class: "infrastructure",
      code: "store_failed",
      message: /none\.db.*not a database/,
    });
  });

  test("of a newer version of this program is refused", async () => {
    const file = join(folder, "newer.db");
    await (await openStore({ file })).close();
    using database = new DatabaseSync(file);
    database.exec("insert into tasker_migrations values ('9999_later', '2099-01-01T00:00:00.000Z')");
    await assert.rejects(openStore({ file }), { class: "infrastructure", message: /9999_later is missing/ });
  });

  test("and a URL, or neither, open nothing", async () => {
    await assert.rejects(openStore({}), { code: "invalid_argument" });
    await assert.rejects(openStore({ file: "x", url: "postgres://x" }), { code: "invalid_argument" });
  });
});
