import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { startPostgres, type TestPostgres } from "../test/postgres.ts";
import { storeContract } from "../test/store/contract.ts";
import { WriterProcess } from "../test/store/processes.ts";
import { aCall, aCipher, aRun, record } from "../test/store/samples.ts";
import { openStore, type StoreOptions } from "./openStore.ts";

let postgres: TestPostgres;
before(async () => void (postgres = await startPostgres()));
after(() => postgres.stop());

const subject = async (options: Omit<StoreOptions, "url">) => {
  const url = await postgres.createDatabase();
  return {
    open: () => openStore({ url, ...options }),
    damage: async (sha256: string) => {
      const spoil = "update tasker_blobs set bytes = set_byte(bytes, 7, 255 - get_byte(bytes, 7)) where sha256 = $1";
      await query(url, spoil, [sha256]);
    },
    isStored: async (sha256: string) =>
      (await query(url, "select 1 from tasker_blobs where sha256 = $1", [sha256])).length === 1,
  };
};
storeContract("Postgres", () => subject({}));
storeContract("Postgres that seals", () => subject({ cipher: aCipher(), sealAll: true }), { sealed: true });

describe("a Postgres database", () => {
  test("without Tasker's tables gets none from a program that only uses it", async () => {
    const url = await postgres.createDatabase();
    await assert.rejects(openStore({ url, existing: true }), { code: "store_missing", message: /Postgres/ });
    await (await openStore({ url })).close();
    await (await openStore({ url, existing: true })).close();
  });

  test("can be opened and migrated by several processes at once", async () => {
    for (let round = 0; round < 3; round++) {
      const options = { url: await postgres.createDatabase() };
      const writers = ["a", "b", "c", "d"].map((name) => new WriterProcess(options, name, 1));
      for (const writer of writers) assert.equal((await writer.finished()).length, 1);
    }
  });

  test("loses nothing when its transactions are serializable and some must be done again", async () => {
    const url = await postgres.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await query(url, `alter database ${database} set default_transaction_isolation = 'serializable'`);
    const store = await openStore({ url });
    const run = aRun();
    await store.runs.open(run);
    await Promise.all(Array.from({ length: 20 }, (_, i) => record(store.runs, run, [aCall(i), aCall(i + 1)], i, [])));
    assert.equal((await store.runs.calls(run)).length, 21);
    await store.close();
  });

  test("may lose every connection: what follows works again, and the process stays", async () => {
    const url = await postgres.createDatabase();
    const store = await openStore({ url });
    await Promise.all(Array.from({ length: 10 }, () => store.runs.list({ limit: 1 })));
    await query(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    const run = aRun();
    // A connection that was cut before the pool has heard of it may fail one statement; the caller does it again.
    for (let attempt = 0; attempt < 10; attempt++) {
      const done = await store.runs.open(run).then(
        () => true,
        (error: unknown) => assert.equal((error as { retryable?: boolean }).retryable, true),
      );
      if (done) break;
    }
    assert.ok(await store.runs.get(run.taskRunId));
    await store.close();
  });

  test("that cannot be reached is an infrastructure error that names the host, and not the password", async () => {
    const wrong = new URL(await postgres.createDatabase());
    wrong.password = "wr0ng-secret";
    const urls = ["postgres://me:s3cret@127.0.0.1:1/db", "postgres://me:s3cret@nowhere.invalid/db", wrong.href];
    for (const url of urls) {
      const error = await openStore({ url }).then(
        () => assert.fail("opened"),
        (thrown: unknown) => thrown as Error & { class: string; retryable: boolean },
      );
      assert.equal(error.class, "infrastructure");
      assert.equal(error.retryable, true);
      assert.ok(error.message.includes(`Postgres ${new URL(url).hostname}:`), error.message);
      assert.ok(!JSON.stringify([error.message, error.stack, error]).includes("s3cret"));
      assert.ok(!JSON.stringify([error.message, error.stack, error]).includes("wr0ng-secret"));
    }
  });

  test("whose URL is none is refused without showing it", async () => {
    const error = await openStore({ url: "postgres://me:s3cret@:::bad" }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error);
    assert.match(error.message, /write postgres:/);
    assert.equal(error.cause, undefined);
    assert.ok(!error.message.includes("s3cret"));
  });
});

async function query(url: string, text: string, values?: unknown[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as unknown[];
  } finally {
    await client.end();
  }
}
