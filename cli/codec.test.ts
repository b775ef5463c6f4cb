import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { createCipher } from "../encryption/cipher.ts";
import { createKeyring } from "../encryption/keyring.ts";
import { createPayloadCodec } from "../encryption/payloadCodec.ts";
import { formatPayloads, parsePayloads } from "../encryption/payloadJson.ts";

const LAUNCHER = path.join(import.meta.dirname, "tasker.js");
const URL_SHOWN = /http:\/\/[\d.]+:\d+/;

test("tasker codec decrypts what the keys of this directory sealed, until it is asked to stop", async (t) => {
  const cwd = folder(t);
  const codec = createPayloadCodec(
    createCipher(createKeyring({ keyFile: path.join(cwd, ".tasker/keys") }), "payloads"),
  );
  const payload = { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from('"MARKER"') };
  const body = JSON.stringify(formatPayloads(await codec.encode([payload])));
  const running = tasker(t, cwd, ["codec"], { TASKER_CODEC_ORIGINS: "https://ui.example" });
  const url = await running.shows(URL_SHOWN);
  assert.match(url, /^http:\/\/127\.0\.0\.1:/);
  const response = await fetch(`${url}/decode`, { method: "POST", body, headers: { origin: "https://ui.example" } });
  const [decoded] = parsePayloads(await response.text());
  assert.equal(Buffer.from(decoded!.data!).toString(), '"MARKER"');
  running.child.kill("SIGTERM");
  assert.equal(await running.code, 0);
  await assert.rejects(fetch(url));
});

test("tasker codec warns when others than this machine could reach it and need no token", async (t) => {
  const open = tasker(t, folder(t), ["codec", "--host", "0.0.0.0"]);
  await open.shows(/warning: anyone who can reach http:\/\/0\.0\.0\.0:\d+ can decrypt\. Set TASKER_CODEC_TOKEN/);
  open.child.kill("SIGTERM");
  await open.code;
  const guarded = tasker(t, folder(t), ["codec", "--host", "0.0.0.0"], { TASKER_CODEC_TOKEN: "t0ken" });
  await guarded.shows(/seals/);
  guarded.child.kill("SIGTERM");
  await guarded.code;
  assert.ok(!guarded.output().includes("warning"));
  assert.ok(!guarded.output().includes("t0ken"));
});

test("keys that cannot be used are refused before anything listens, and are not shown", async (t) => {
  const wrong = tasker(t, folder(t), ["codec"], { TASKER_KEYS: "a:c2VjcmV0" });
  assert.equal(await wrong.code, 3);
  assert.match(wrong.output(), /error\[keys_invalid\].*TASKER_KEYS, key 1: the key "a" has 6 bytes; it must have 32/);
  assert.ok(!wrong.output().includes("c2VjcmV0"));
});

test("tasker doctor says whether encryption is on and which key seals, and makes no key", async (t) => {
  const cwd = folder(t);
  const keyFile = path.join(cwd, ".tasker/keys");
  const encryption = async (environment: Record<string, string> = {}) => {
    const doctor = tasker(t, cwd, ["doctor"], environment);
    await doctor.code;
    return /Encryption: (.*)/.exec(doctor.output())?.[1];
  };
  assert.equal(await encryption(), `off (TASKER_ENCRYPTION); no key yet: ${keyFile} is made at the first use`);
  assert.ok(!existsSync(keyFile));
  const keyring = createKeyring({ keyFile });
  const old = keyring.sealingId();
  const id = keyring.rotate();
  const on = await encryption({ TASKER_ENCRYPTION: "true" });
  assert.equal(on, `on; key ${id} of ${keyFile} seals; ${old} can still open`);
});

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), "tasker-codec-"));
  t.after(() => rmSync(made, { recursive: true, force: true, maxRetries: 20 }));
  return made;
}

/** The command in a folder of its own, with no environment that could lead it to a server. */
function tasker(t: TestContext, cwd: string, args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("output");
    });
  }
  const code = once(child, "close").then(([value]) => value as number | null);
  return {
    child,
    code,
    output: () => output,
    /** The first match in what it has printed, once it has printed it. */
    shows: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const found = pattern.exec(output)?.[0];
        if (found !== undefined) return found;
        assert.equal(child.exitCode, null, output);
        await Promise.race([once(child, "output"), code]);
      }
    },
  };
}
