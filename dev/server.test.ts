import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Client, Connection } from "@temporalio/client";
import { defineSearchAttributeKey, TypedSearchAttributes } from "@temporalio/common";
import { readConfiguration } from "../configuration.ts";
import { identify, isRunning, type ProcessIdentity } from "./processIdentity.ts";
import { missingSearchAttributes } from "../client/searchAttributes.ts";
import { startDevServer } from "./server.ts";
import { findTemporalCli } from "./temporalCli.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-server-"));
after(() => rmSync(folder, { recursive: true }));
const cli = (await findTemporalCli({ explicit: readConfiguration().temporalCli, progress: console.error })).path;

async function connected<T>(address: string, use: (client: Client, connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }), connection);
  } finally {
    await connection.close();
  }
}

async function gone(identity: ProcessIdentity): Promise<void> {
  while (isRunning(identity)) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("a run with every search attribute can start as soon as the server counts as started, and survives a restart", async () => {
  const databaseFile = path.join(folder, "kept.db");
  const first = await startDevServer({ cli, databaseFile, synchronous: "normal" });
  try {
    assert.equal((await fetch(first.uiUrl!)).status, 200);
    await connected(first.address, async (client, connection) => {
      assert.deepEqual(await missingSearchAttributes(connection, "default"), []);
      const typedSearchAttributes = new TypedSearchAttributes([
        { key: defineSearchAttributeKey("TaskName", "KEYWORD"), value: "echo" },
      ]);
      await client.workflow.start("taskRun", { taskQueue: "none", workflowId: "kept", typedSearchAttributes });
    });
  } finally {
    await first.stop();
  }
  assert.equal(isRunning(first.identity), false);

  const second = await startDevServer({ cli, databaseFile, headless: true });
  try {
    assert.equal(second.uiUrl, undefined);
    const description = await connected(second.address, (client) => client.workflow.getHandle("kept").describe());
    assert.equal(description.status.name, "RUNNING");
  } finally {
    await second.stop();
    await second.stop();
  }
});

test("another namespace has the search attributes too", async () => {
  const server = await startDevServer({ cli, namespace: "other", headless: true });
  try {
    await connected(server.address, async (_, connection) => {
      assert.deepEqual(await missingSearchAttributes(connection, "other"), []);
    });
  } finally {
    await server.stop();
  }
});

test("a server that ends at once is reported with its last output", async () => {
  const broken = path.join(folder, "broken");
  writeFileSync(broken, "#!/bin/sh\necho no space left on device >&2\nexit 3\n");
  chmodSync(broken, 0o755);
  await assert.rejects(startDevServer({ cli: broken }), {
    code: "dev_server_failed",
    message: /exit code 3[^]*no space left on device/,
  });
});

test("a UI port that is taken is named as the reason", async () => {
  const other = net.createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    const { port } = other.address() as net.AddressInfo;
    await assert.rejects(startDevServer({ cli, uiPort: port }), {
      code: "dev_server_failed",
      message: /TASKER_UI_PORT/,
    });
  } finally {
    other.close();
  }
});

test("the server ends with a parent that is killed", async () => {
  const script = `
    const { startDevServer } = await import(${JSON.stringify(path.join(import.meta.dirname, "server.ts"))});
    const server = await startDevServer({ cli: ${JSON.stringify(cli)}, headless: true });
    console.log(server.identity.pid);`;
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const server = identify(Number(line));
  assert.ok(server);
  parent.kill("SIGKILL");
  await gone(server);
});

test("a Ctrl-C in the terminal does not reach the server", async () => {
  const server = await startDevServer({ cli, headless: true });
  try {
    // The terminal signals the foreground process group. The server leads another one.
    assert.ok(process.kill(-server.identity.pid, 0));
  } finally {
    await server.stop();
  }
});
