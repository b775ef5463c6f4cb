import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { readConfiguration } from "../../configuration.ts";
import { readStandIns, removeStandIns, standInEnvironment, writeStandIns } from "./home.ts";
import { startStandIns } from "./standIns.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-standins-home-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the stack that uses stand-ins", () => {
  it("gets nothing that is real: no server, no data, no key", () => {
    const real = {
      TEMPORAL_ADDRESS: "temporal.example.com:7233",
      TEMPORAL_API_KEY: "secret",
      TASKER_DATABASE_URL: "postgres://db.example.com/tasker",
      TASKER_KEYS: `k1:${Buffer.alloc(32).toString("base64")}`,
      TASKER_GOOGLE_KEY_FILE: "/etc/google.json",
      TASKER_GOOGLE_SUBJECT: "boss@example.com",
      OPENAI_API_KEY: "sk-real",
      SUPABASE_URL: "https://real.supabase.co",
      SUPABASE_SERVICE_ROLE_KEY: "real",
      TASKER_UI_PORT: "8233",
    };
    const kept = { PATH: "/bin", TASKER_VM_THREADS: "1", TASKER_ENCRYPTION: "true", TASKER_POLICY: "policy.json" };
    const environment = standInEnvironment({ ...real, ...kept, TASKER_HOME: "/data/tasker" }, "/data/tasker");
    assert.deepEqual(environment, { ...kept, TASKER_HOME: "/data/tasker/standins" });
  });

  it("tells others where its stand-ins are while it lives, and only its owner's user", () => {
    assert.equal(readStandIns(folder), undefined);
    writeStandIns(folder, { OPENAI_API_KEY: "sk-standin" });
    assert.deepEqual(readStandIns(folder), { OPENAI_API_KEY: "sk-standin" });
    assert.equal(statSync(path.join(folder, "standins.json")).mode & 0o777, 0o600);
    removeStandIns(folder);
    assert.equal(readStandIns(folder), undefined);
  });

  it("is not taken for running when a process of another time bore its number", () => {
    const owner = { pid: process.pid, started: "before" };
    writeFileSync(path.join(folder, "standins.json"), JSON.stringify({ owner, environment: {} }));
    assert.equal(readStandIns(folder), undefined);
    writeFileSync(path.join(folder, "standins.json"), '{"owner":');
    assert.equal(readStandIns(folder), undefined);
  });
});

describe("stand-ins", () => {
  it("are led to by variables that a configuration accepts, and leave nothing", async () => {
    const home = path.join(folder, "all");
    const standIns = await startStandIns({ folder: home });
    const configuration = readConfiguration({ ...standIns.environment, TASKER_HOME: home });
    assert.deepEqual(configuration.warnings, []);
    assert.equal(configuration.googleBaseUrl, standIns.workspace.url);
    assert.equal(statSync(configuration.googleKeyFile!).mode & 0o777, 0o600);
    const urls = [
      configuration.googleBaseUrl,
      configuration.openaiBaseUrl,
      configuration.websearchUrl,
      configuration.supabaseUrl!,
    ];
    for (const url of urls) {
      assert.equal(new URL(url).hostname, "127.0.0.1");
      await (await fetch(url)).arrayBuffer();
    }
    await standIns.stop();
    for (const url of urls) await assert.rejects(fetch(url), url);
    assert.throws(() => statSync(configuration.googleKeyFile!));
  });
});
