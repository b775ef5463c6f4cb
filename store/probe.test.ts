import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openStore } from "./openStore.ts";

test("a store that can be read and not written fails the probe; one that can be written keeps nothing of it", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-probe-"));
  const file = path.join(folder, "tasker.db");
  const store = await openStore({ file, synchronous: "normal" });
  const database = new DatabaseSync(file);
  t.after(async () => {
    database.close();
    await store.close();
    await rm(folder, { recursive: true });
  });
  await store.probe();
  assert.deepEqual(database.prepare("select * from tasker_usage").all(), []);
  database.exec("create trigger full before insert on tasker_usage begin select raise(fail, 'disk is full'); end");
  assert.deepEqual(await store.versions.list(), []);
  await assert.rejects(store.probe(), /disk is full/);
});
