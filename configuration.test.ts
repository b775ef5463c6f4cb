import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { connectionOptions, describeConfiguration, readConfiguration, withoutSecrets } from "./configuration.ts";
import { KEYS, type Key } from "./configuration/keys.ts";
import { createAddressRules } from "./activities/tools/http/addressRules.ts";
import { createHostRules } from "./activities/tools/http/hostRules.ts";
import { TaskerError } from "./protocol/errors.ts";

test("an empty environment gives every default, and no warning", () => {
  const configuration = readConfiguration({});
  assert.equal(configuration.temporalAddress, undefined);
  assert.equal(configuration.temporalNamespace, "default");
  assert.equal(configuration.taskQueue, "tasker");
  assert.equal(configuration.home, path.resolve(".tasker"));
  assert.equal(configuration.databaseFile, path.resolve(".tasker/tasker.db"));
  assert.equal(configuration.sqliteSynchronous, "full");
  assert.deepEqual(configuration.httpAllow, ["*"]);
  assert.deepEqual(configuration.httpPrivate, []);
  assert.ok(configuration.vmThreads >= 1);
  assert.equal(configuration.tls, false);
  assert.deepEqual(configuration.warnings, []);
});

test("the default of every key is acceptable to itself", () => {
  for (const key of Object.values(KEYS) as Key<unknown>[]) {
    if (key.default !== undefined) assert.notEqual(key.parse(key.default), undefined, key.name);
  }
});

test("an empty variable counts as unset", () => {
  assert.equal(readConfiguration({ TASKER_VM_CACHE: "", TEMPORAL_ADDRESS: " " }).vmCache, 200);
});

const BAD: Record<string, string[]> = {
  TEMPORAL_ADDRESS: ["localhost", "http://localhost:7233", "localhost:0", "localhost:65536", ":7233"],
  TEMPORAL_TLS: ["yes", "on", "constructor"],
  TASKER_DATABASE_URL: ["mysql://localhost/x", "localhost"],
  TASKER_SQLITE_SYNCHRONOUS: ["off", "FULL"],
  TASKER_UI_PORT: ["-1", "65536", "1.5", "x"],
  TASKER_VM_THREADS: ["0", "257", "1e2"],
  TASKER_VM_CACHE: ["0", "1000001"],
  TASKER_WORKFLOW_CACHE: ["0", "1000001"],
  TASKER_HTTP_ALLOW: ["http://example.com", "a b", "example.com,", "ex*mple.com", "example.com:443", "1.2.3"],
  TASKER_HTTP_PRIVATE: ["10.0.0.0/33", "10/8", "*", "http://localhost", "localhost:8080"],
  TASKER_LOG_LEVEL: ["verbose"],
};

test("a bad value is refused by name, with what is accepted", () => {
  for (const [name, values] of Object.entries(BAD)) {
    const key = (Object.values(KEYS) as Key<unknown>[]).find((each) => each.name === name)!;
    for (const value of values) {
      assert.throws(
        () => readConfiguration({ [name]: value }),
        (error) => {
          assert.ok(error instanceof TaskerError);
          assert.equal(error.code, "invalid_configuration");
          assert.equal(error.retryable, false);
          assert.ok(error.message.includes(name), error.message);
          assert.ok(error.message.includes(key.accepts), error.message);
          assert.equal(error.message.includes(value), key.secret === undefined, error.message);
          return true;
        },
        `${name}=${value}`,
      );
    }
  }
});

test("all bad values are named at once", () => {
  assert.throws(() => readConfiguration({ TASKER_VM_THREADS: "0", TASKER_LOG_LEVEL: "x" }), {
    message: /TASKER_VM_THREADS[^]*TASKER_LOG_LEVEL/,
  });
});

test("good values at their bounds are taken", () => {
  const configuration = readConfiguration({
    TEMPORAL_ADDRESS: "[::1]:7233",
    TASKER_VM_THREADS: "256",
    TASKER_WORKFLOW_CACHE: "1",
    TASKER_UI_PORT: "65535",
    TASKER_HTTP_ALLOW: "example.com, *.müller.example, 93.184.216.34",
    TASKER_HTTP_PRIVATE: "10.1.0.0/16,::1,fd00::/8,localhost,*.internal",
  });
  assert.equal(configuration.temporalAddress, "[::1]:7233");
  assert.deepEqual(configuration.httpAllow, ["example.com", "*.müller.example", "93.184.216.34"]);
  assert.deepEqual(configuration.httpPrivate, ["10.1.0.0/16", "::1", "fd00::/8", "localhost", "*.internal"]);
  assert.deepEqual(readConfiguration({ TASKER_HTTP_ALLOW: "none" }).httpAllow, []);
});

test("a misspelt variable is warned about, with the nearest name", () => {
  const { warnings } = readConfiguration({ TASKER_VM_THREAD: "2", TASKER_ZZZZZZZZZZZZ: "1", TEMPORAL_PROFILE: "prod" });
  assert.match(warnings[0]!, /TASKER_VM_THREAD .*Did you mean TASKER_VM_THREADS\?/);
  assert.match(warnings[1]!, /TASKER_ZZZZZZZZZZZZ is set, but Tasker does not read it\.$/);
  assert.match(warnings[2]!, /TEMPORAL_PROFILE is set, but Tasker does not read it\.$/);
});

test("TLS is on with an API key, a certificate or TEMPORAL_TLS, and TEMPORAL_TLS=false turns it off", () => {
  const at = { TEMPORAL_ADDRESS: "localhost:7233" };
  assert.equal(readConfiguration(at).tls, false);
  assert.equal(readConfiguration({ ...at, TEMPORAL_API_KEY: "k" }).tls, true);
  assert.equal(readConfiguration({ ...at, TEMPORAL_API_KEY: "k", TEMPORAL_TLS: "false" }).tls, false);
  assert.equal(readConfiguration({ ...at, TEMPORAL_TLS: "1" }).tls, true);
  assert.deepEqual(readConfiguration({ ...at, TEMPORAL_TLS_SERVER_NAME: "s" }).tls, { serverNameOverride: "s" });
  assert.deepEqual(connectionOptions(readConfiguration({ ...at, TEMPORAL_API_KEY: "k" })), {
    address: "localhost:7233",
    tls: true,
    apiKey: "k",
  });
});

test("what describes another server is not used towards the embedded one", () => {
  const configuration = readConfiguration({ TEMPORAL_API_KEY: "k", TEMPORAL_TLS: "true" });
  assert.equal(configuration.tls, false);
  assert.equal(configuration.temporalApiKey, undefined);
  assert.match(configuration.warnings[0]!, /no effect without TEMPORAL_ADDRESS/);
});

test("a certificate comes from a file or from the variable, never half and never twice", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tasker-tls-"));
  try {
    const at = { TEMPORAL_ADDRESS: "localhost:7233" };
    const file = path.join(folder, "cert.pem");
    writeFileSync(file, "CERT");
    assert.deepEqual(
      readConfiguration({ ...at, TEMPORAL_TLS_CLIENT_CERT_PATH: file, TEMPORAL_TLS_CLIENT_KEY_DATA: "KEY" }).tls,
      { clientCertPair: { crt: Buffer.from("CERT"), key: Buffer.from("KEY") } },
    );
    const missing = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: path.join(folder, "none.pem") };
    assert.throws(() => readConfiguration(missing), { message: /TEMPORAL_TLS_SERVER_CA_CERT_PATH.*none\.pem/ });
    assert.throws(() => readConfiguration({ TEMPORAL_TLS_CLIENT_CERT_PATH: file }), { message: /need each other/ });
    assert.throws(
      () => readConfiguration({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: file, TEMPORAL_TLS_SERVER_CA_CERT_DATA: "x" }),
      { message: /both set/ },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("no secret is ever printed", () => {
  const environment = {
    TEMPORAL_API_KEY: "hunter2",
    TEMPORAL_TLS_CLIENT_KEY_DATA: "hunter2",
    TASKER_DATABASE_URL: "postgres://tasker:hunter2@db:5432/tasker?sslpassword=hunter2",
  };
  const printed = describeConfiguration(environment);
  assert.doesNotMatch(printed, /hunter2/);
  assert.match(printed, /TASKER_DATABASE_URL = postgres:\/\/tasker:\*\*\*@db:5432\/tasker/);
  assert.match(printed, /TASKER_VM_CACHE = 200 \(default\)/);
  assert.match(printed, /TEMPORAL_ADDRESS = \(unset\)/);
  assert.throws(
    () => readConfiguration({ TASKER_DATABASE_URL: "mysql://u:hunter2@db/x" }),
    (error) => {
      assert.doesNotMatch(String(error), /hunter2/);
      return true;
    },
  );
});

test("what is accepted for hosts is what tools.http takes", () => {
  const { httpAllow, httpPrivate } = readConfiguration({
    TASKER_HTTP_ALLOW: "*,example.com,*.müller.example,93.184.216.34,::1",
    TASKER_HTTP_PRIVATE: "10.1.0.0/16,::1,fd00::/8,localhost,*.internal,127.0.0.1",
  });
  createHostRules(httpAllow, "TASKER_HTTP_ALLOW");
  createAddressRules(httpPrivate);
});

test("a program that needs no secrets is given none", () => {
  const secrets = {
    TASKER_KEYS: "k1:x",
    OPENAI_API_KEY: "sk",
    TASKER_CODEC_TOKEN: "t",
    TASKER_DATABASE_URL: "postgres://u:p@h/d",
  };
  assert.deepEqual(withoutSecrets({ ...secrets, PATH: "/bin", TASKER_HOME: "h" }), { PATH: "/bin", TASKER_HOME: "h" });
});
