import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Connection } from "@temporalio/client";
import { readConfiguration } from "../configuration.ts";
import { KEYS } from "../configuration/keys.ts";
import { createKeyring } from "../encryption/keyring.ts";
import { createSearchAttributesCommand, missingSearchAttributes } from "../client/searchAttributes.ts";
import { startDevServer } from "./server.ts";
import { findTemporalCli } from "./temporalCli.ts";

const run = promisify(execFile);
const repository = path.join(import.meta.dirname, "..");
const cli = (await findTemporalCli({ explicit: readConfiguration().temporalCli, progress: console.error })).path;

test("the compose file's job and the documented command give a bare namespace what runs need", async () => {
  const bin = mkdtempSync(path.join(tmpdir(), "tasker-deploy-"));
  symlinkSync(cli, path.join(bin, "temporal"));
  const server = await startDevServer({ cli, headless: true });
  const connection = await Connection.connect({ address: server.address });
  const inNamespace = (namespace: string) => ({
    env: {
      ...process.env,
      PATH: `${bin}:${String(process.env["PATH"])}`,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: namespace,
    },
  });
  try {
    const script = path.join(repository, "deploy/temporal-namespace.sh");
    await run("sh", [script], inNamespace("composed"));
    assert.deepEqual(await missingSearchAttributes(connection, "composed"), []);
    await run("sh", [script], inNamespace("composed"));

    await run("temporal", ["operator", "namespace", "create", "--namespace", "bare"], inNamespace("bare"));
    let missing: string[] = [];
    // The namespace reaches the server's caches within seconds.
    while (missing.length === 0) missing = await missingSearchAttributes(connection, "bare").catch(() => []);
    assert.equal(missing.length, 3);
    const command = createSearchAttributesCommand(missing, { address: server.address, namespace: "bare" });
    await run("sh", ["-c", command], inNamespace("bare"));
    assert.deepEqual(await missingSearchAttributes(connection, "bare"), []);
  } finally {
    await connection.close();
    await server.stop();
    rmSync(bin, { recursive: true });
  }
});

test("every TASKER_ variable of the compose file is one that is read", () => {
  const compose = readFileSync(path.join(repository, "docker-compose.yml"), "utf8");
  const names = new Set(Array.from(compose.matchAll(/^ +(TASKER_\w+):/gm), ([, name]) => name!));
  assert.ok(names.has("TASKER_DATABASE_URL"));
  const environment = Object.fromEntries(Array.from(names, (name) => [name, ""]));
  assert.deepEqual(readConfiguration(environment).warnings, []);
});

test("every setting that a worker reads can be given to the compose file's workers", () => {
  const compose = readFileSync(path.join(repository, "docker-compose.yml"), "utf8");
  const worker = compose.slice(compose.indexOf("\n  worker:"), compose.indexOf("\nvolumes:"));
  const given = new Set(Array.from(worker.matchAll(/^ {6}([A-Z_]+):/gm), ([, name]) => name!));
  // What the compose file decides itself, and what is for one machine alone.
  const elsewhere =
    /^(TEMPORAL_(API_KEY|TLS.*)|TASKER_(HOME|DATABASE_FILE|SQLITE_.*|TEMPORAL_.*|UI_PORT|KEY_FILE|CODEC_.*))$/;
  const names = Object.values(KEYS).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !given.has(name) && !elsewhere.test(name)),
    [],
  );
});

test("the Google key file is mounted where the worker looks for it, and only if there is one", () => {
  const compose = readFileSync(path.join(repository, "docker-compose.yml"), "utf8");
  const inside = /TASKER_GOOGLE_KEY_FILE: \$\{TASKER_GOOGLE_KEY_FILE:\+(\S+)\}/.exec(compose)?.[1];
  assert.ok(inside !== undefined);
  assert.ok(compose.includes(`"\${TASKER_GOOGLE_KEY_FILE:-/dev/null}:${inside}:ro"`));
});

test("the compose file encrypts, has no key of its own, and refuses to start without one", async () => {
  const compose = readFileSync(path.join(repository, "docker-compose.yml"), "utf8");
  assert.match(compose, /TASKER_ENCRYPTION: \$\{TASKER_ENCRYPTION:-true\}/);
  const keys = Array.from(compose.matchAll(/TASKER_KEYS: (.*)/g), ([, value]) => value);
  assert.deepEqual(keys, ["*keys", "*keys"], "of the worker and of the codec");
  // `:?` is Compose's own: without a value it stops with this message.
  const advice = /^x-keys: &keys "\$\{TASKER_KEYS:\?.*(echo .*) >> \.env\}"$/m.exec(compose)?.[1];
  assert.ok(advice !== undefined);
  const line = (await run("sh", ["-c", advice])).stdout.trim();
  assert.deepEqual(createKeyring({ keys: line.replace("TASKER_KEYS=", ""), keyFile: "" }).ids(), ["k1"]);
});

test("what the recipes put into this folder for a moment gets into no commit and no image", () => {
  for (const file of [".gitignore", ".dockerignore"]) {
    const lines = readFileSync(path.join(repository, file), "utf8").split("\n");
    for (const secret of [".env", ".tasker", "key.json", "client.json"]) {
      assert.ok(
        lines.some((line) => line.replace(/\/$/, "") === secret),
        `${file} leaves ${secret} out`,
      );
    }
  }
});
