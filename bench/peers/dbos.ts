import { randomUUID } from "node:crypto";
import pg from "pg";
import { startPostgres } from "../../test/postgres.ts";
import { CloseStack } from "../../worker/closeStack.ts";
import { processCpuMs, treeCpuMs } from "../processCpu.ts";
import type { Installed, OpenPeer, Peer } from "./peer.ts";
import { startPeerWorker } from "./peerWorker.ts";

const SDK = "@dbos-inc/dbos-sdk";

/** DBOS on a Postgres of its own with default settings. The application starts its workflows itself, for each HTTP request. */
export const dbos: Peer = {
  name: "DBOS",
  packages: [`${SDK}@^5.3`],
  programs: new URL("./dbos/", import.meta.url),
  open,
};

async function open(installed: Installed): Promise<OpenPeer> {
  const close = new CloseStack();
  try {
    const postgres = await startPostgres({ fsync: true });
    close.later({ close: () => postgres.stop() });
    const database = await postgres.createDatabase();
    const worker = await startPeerWorker(installed.folder, { DBOS_SYSTEM_DATABASE_URL: database });
    close.later({ close: () => worker.process.kill() });
    const url = `http://127.0.0.1:${worker.port}/`;
    return {
      what: `DBOS ${await installed.version(SDK)} (Postgres ${await serverVersion(database)})`,
      durable:
        "one Postgres without replicas, default settings (fsync and synchronous_commit on); each call's result is a row that is committed before the workflow goes on; the worker's own process starts the runs, without a queue",
      side: {
        cpu: () => ({ workerMs: processCpuMs(worker.process.pid), serverMs: treeCpuMs(postgres.pid) }),
        run: async (name, input) => {
          const id = randomUUID();
          const answer = await fetch(url, { method: "POST", body: JSON.stringify({ name, input, id }) });
          const text = await answer.text();
          if (!answer.ok) throw new Error(`DBOS: ${text}`);
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

async function serverVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return rows[0]?.server_version ?? "";
  } finally {
    await client.end();
  }
}
