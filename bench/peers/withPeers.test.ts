import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { missingRow } from "../rows/peers.ts";
import { table } from "../table.ts";
import { withPeers, type MissingPeer } from "./withPeers.ts";

describe("other engines beside Tasker", () => {
  const environment = { ...process.env };
  let cache: string;
  let temporary: string;

  before(async () => {
    [cache, temporary] = await Promise.all([
      mkdtemp(path.join(tmpdir(), "npm-")),
      mkdtemp(path.join(tmpdir(), "bench-")),
    ]);
    // npm without a network and without anything in its cache.
    Object.assign(process.env, { npm_config_offline: "true", npm_config_cache: cache, TMPDIR: temporary });
  });
  after(async () => {
    process.env = environment;
    await Promise.all([cache, temporary].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const missingPeers = (): Promise<readonly MissingPeer[]> =>
    withPeers(async (peers, missing) => {
      assert.deepEqual(peers, []);
      assert.equal((await readdir(temporary)).length, 1);
      return missing;
    });

  it("that cannot be installed become rows that say what was tried", async () => {
    const rows = (await missingPeers()).map(missingRow);
    const text = table(rows);
    for (const name of ["Restate", "DBOS"]) assert.match(text, new RegExp(`\\| ${name} was not measured \\|`));
    assert.match(text, /npm install @restatedev\/restate-server@\S+ .*ENOTCACHED/s);
    assert.match(text, /npm install @dbos-inc\/dbos-sdk@\S+ .*ENOTCACHED/s);
  });

  it("leave nothing in the temporary folder, whether the measurement ends or fails", async () => {
    await missingPeers();
    assert.deepEqual(await readdir(temporary), []);
    await assert.rejects(
      withPeers(() => Promise.reject(new Error("measured"))),
      /measured/,
    );
    assert.deepEqual(await readdir(temporary), []);
  });
});
