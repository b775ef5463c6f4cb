import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Starts a server, says where it is, and waits for ever. */
const OWNER = `
  import { startPostgres } from ${JSON.stringify(new URL("./postgres.ts", import.meta.url).href)};
  const { url } = await startPostgres();
  process.stdout.write(url);
  setInterval(() => {}, 1000);`;

test("a test's Postgres ends, and its files go, when the test's process is killed", { timeout: 60_000 }, async () => {
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", OWNER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [data] = (await once(owner.stdout, "data")) as [Buffer];
  const url = data.toString();
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const folder = String(
    (await client.query<{ data_directory: string }>("show data_directory")).rows[0]?.data_directory,
  );
  assert.ok(folder.endsWith("/data") && existsSync(folder));
  const ended = new Promise((resolve) => client.once("end", resolve));
  owner.kill("SIGKILL");
  await ended;
  while (existsSync(folder.slice(0, -"/data".length))) await sleep(20);
  await assert.rejects(new pg.Client({ connectionString: url }).connect(), { code: "ECONNREFUSED" });
});
