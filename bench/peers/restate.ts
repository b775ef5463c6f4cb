import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { BoundChild } from "../../dev/boundChild.ts";
import { freePorts } from "../../dev/freePorts.ts";
import type { Json } from "../../protocol/json.ts";
import { CloseStack } from "../../worker/closeStack.ts";
import { processCpuMs } from "../processCpu.ts";
import type { Installed, OpenPeer, Peer } from "./peer.ts";
import { startPeerWorker } from "./peerWorker.ts";

const SERVER = "@restatedev/restate-server";
const SDK = "@restatedev/restate-sdk";
const CLIENT = "@restatedev/restate-sdk-clients";

const HOST = "127.0.0.1";
const GRACE_MS = 10_000;

/** Restate as it is installed for production on one node: `restate-server --production`, a service over HTTP/2, runs over its ingress. */
export const restate: Peer = {
  name: "Restate",
  packages: [`${SERVER}@^1.7`, `${SDK}@^1.17`, `${CLIENT}@^1.17`],
  programs: new URL("./restate/", import.meta.url),
  open,
};

async function open(installed: Installed): Promise<OpenPeer> {
  const { folder } = installed;
  const close = new CloseStack();
  try {
    const worker = await startPeerWorker(folder, { RESTATE_LOGGING: "ERROR" });
    close.later({ close: () => worker.process.kill() });
    const [ingress, admin, fabric] = await freePorts();
    const server = await BoundChild.start(
      binaryOf(folder),
      ["--production", "--auto-provision", "true", "--no-logo", "--base-dir", path.join(folder, "data")],
      {
        RESTATE_CLUSTER_NAME: "bench",
        RESTATE_NODE_NAME: "bench",
        RESTATE_LISTEN_MODE: "tcp",
        RESTATE_BIND_ADDRESS: `${HOST}:${fabric}`,
        RESTATE_ADMIN__BIND_ADDRESS: `${HOST}:${admin}`,
        RESTATE_INGRESS__BIND_ADDRESS: `${HOST}:${ingress}`,
        RESTATE_LOG_FILTER: "warn",
        RESTATE_DISABLE_TELEMETRY: "true",
      },
    );
    close.later({ close: () => server.stop(GRACE_MS) });
    await Promise.race([
      register(`http://${HOST}:${admin}`, worker.port),
      server.ended.then((how) => Promise.reject(new Error(`restate-server ended (${how}): ${server.output}`))),
    ]);
    const client = (await import(pathToFileURL(path.join(folder, "client.js")).href)) as RestateClient;
    const run = client.createRun(`http://${HOST}:${ingress}`);
    const [serverVersion, sdkVersion] = await Promise.all([installed.version(SERVER), installed.version(SDK)]);
    return {
      what: `Restate ${serverVersion} (SDK ${sdkVersion})`,
      durable:
        "one node, replication 1; each call's result is appended to its log (RocksDB, fsync of the write-ahead log, which is the default) before the handler goes on; runs have idempotency keys, and results are kept a day",
      side: {
        cpu: () => ({
          workerMs: processCpuMs(worker.process.pid),
          serverMs: processCpuMs(server.identity.pid),
        }),
        run: async (name, input) => {
          const id = randomUUID();
          await run(name, input, id);
          return id;
        },
      },
      stop: () => close.now(),
    };
  } catch (error) {
    await close.now();
    throw error;
  }
}

/** What `restate/client.js` exports. */
interface RestateClient {
  createRun(url: string): (name: string, input: Json, id: string) => Promise<unknown>;
}

function binaryOf(folder: string): string {
  // Required from the server's own package: npm may have put the platform's package below it.
  const require = createRequire(path.join(folder, "node_modules", SERVER, "package.json"));
  return require.resolve(`${SERVER}-${process.platform}-${process.arch}/bin/restate-server`);
}

/** Waits for the server, and tells it where the worker listens. */
async function register(admin: string, port: number): Promise<void> {
  while (!(await isHealthy(admin))) await pause(50);
  const body = JSON.stringify({ uri: `http://${HOST}:${port}` });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${admin}/deployments`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`Restate refused the worker: ${await answer.text()}`);
}

async function isHealthy(admin: string): Promise<boolean> {
  try {
    return (await fetch(`${admin}/health`)).ok;
  } catch {
    return false;
  }
}
