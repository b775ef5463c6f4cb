import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { freePorts } from "../dev/freePorts.ts";
import { startDevServer } from "../dev/server.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import { openStore } from "../store/openStore.ts";

const ROOT = path.join(import.meta.dirname, "..");
const NOBODY = "127.0.0.1:1";
const folder = mkdtempSync(path.join(tmpdir(), "tasker-unreachable-"));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A command in an empty folder of its own. */
class Running {
  readonly cwd: string;
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(file: string, args: readonly string[], env: Record<string, string> = {}, cwd?: string) {
    this.cwd = cwd ?? mkdtempSync(path.join(folder, "cwd-"));
    const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env };
    this.child = spawn(process.execPath, [path.join(ROOT, file), ...args], { cwd: this.cwd, env: environment });
    children.add(this.child);
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.code = once(this.child, "close").then(([code]) => {
      children.delete(this.child);
      return code as number | null;
    });
  }

  /** Resolves when the stream's text matches; rejects when the command ends before. */
  async says(stream: "stdout" | "stderr", pattern: RegExp): Promise<void> {
    const ended = this.code.then((code) =>
      Promise.reject(new Error(`ended with ${code}: ${this.stdout}${this.stderr}`)),
    );
    ended.catch(() => undefined);
    while (!pattern.test(this[stream])) await Promise.race([once(this.child[stream]!, "data"), ended]);
  }
}

const tasker = (args: string, env?: Record<string, string>, cwd?: string): Running =>
  new Running("cli/tasker.js", args.split(" "), env, cwd);

describe("what Tasker stands on cannot be reached", () => {
  const file = path.join(folder, "a-file");
  writeFileSync(file, "");
  const postgres = "postgres://user:secret@127.0.0.1:1/none";
  const cases: [string, () => Running, RegExp][] = [
    [
      "start, no Temporal",
      () => tasker("start", { TEMPORAL_ADDRESS: NOBODY }),
      /^error\[temporal_unreachable\]: .*127\.0\.0\.1:1 \(without TLS\)/,
    ],
    [
      "start, no Temporal, TLS",
      () => tasker("start", { TEMPORAL_ADDRESS: NOBODY, TEMPORAL_TLS: "true" }),
      /^error\[temporal_unreachable\]: .*127\.0\.0\.1:1 \(with TLS\)/,
    ],
    [
      "node worker.ts, no Temporal",
      () => new Running("worker.ts", [], { TEMPORAL_ADDRESS: NOBODY }),
      /^error\[temporal_unreachable\]: .*127\.0\.0\.1:1/,
    ],
    ["start, home is a file", () => tasker("start", { TASKER_HOME: file }), /^error\[home_unusable\]: .*a-file/],
    ["status, home is a file", () => tasker("task --status x", { TASKER_HOME: file }), /^error\[store_\w+\]: .*a-file/],
    [
      "list, Postgres down",
      () => tasker("task -l", { TASKER_DATABASE_URL: postgres }),
      /^error\[store_failed\]: .*127\.0\.0\.1:1\/none/,
    ],
    [
      "publish, Postgres down",
      () => tasker(`publish --dir ${ROOT}/tasks --all`, { TASKER_DATABASE_URL: postgres }),
      /^error\[store_failed\]/,
    ],
    [
      "search-attributes, no Temporal",
      () => tasker("search-attributes", { TEMPORAL_ADDRESS: NOBODY }),
      /^error\[temporal_unreachable\]/,
    ],
  ];
  for (const [what, run, message] of cases) {
    it(`is one line that names it, and exit code 3: ${what}`, async () => {
      const running = run();
      assert.equal(await running.code, 3, running.stderr);
      assert.match(running.stderr, message);
      assert.doesNotMatch(running.stderr, /\n {4}at |secret/);
    });
  }

  it("a namespace that does not exist is named, with exit code 3", async () => {
    const { path: cli } = await findTemporalCli({ explicit: readConfiguration().temporalCli });
    const server = await startDevServer({ cli, headless: true });
    try {
      const environment = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: "elsewhere" };
      const worker = tasker("start", environment);
      assert.equal(await worker.code, 3, worker.stderr);
      assert.match(worker.stderr, /^error\[namespace_not_found\]: Temporal does not have/);
    } finally {
      await server.stop();
    }
  });

  it("a worker that was told to wait says so, starts when the server is there, and ends on Ctrl-C", async () => {
    const [port] = await freePorts();
    const worker = tasker("start --wait", { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TASKER_LOG_LEVEL: "error" });
    await worker.says("stderr", new RegExp(`127\\.0\\.0\\.1:${port}[^]*waits for it`));
    const { path: cli } = await findTemporalCli({ explicit: readConfiguration().temporalCli });
    const server = await startDevServer({ cli, headless: true, port });
    try {
      await worker.says("stdout", /The worker serves task queue/);
      worker.child.kill("SIGINT");
      assert.equal(await worker.code, 0);
    } finally {
      await server.stop();
    }
  });

  it("Ctrl-C ends the wait", async () => {
    for (const worker of [
      tasker("start --wait", { TEMPORAL_ADDRESS: NOBODY }),
      new Running("worker.ts", ["--wait"], { TEMPORAL_ADDRESS: NOBODY }),
    ]) {
      await worker.says("stderr", /waits for it/);
      worker.child.kill("SIGINT");
      assert.ok([0, 130].includes((await worker.code)!));
    }
  });
});

describe("a store that is locked", () => {
  it("is told on standard error while the command waits, which then does its work", async () => {
    const home = mkdtempSync(path.join(folder, "locked-"));
    const file = path.join(home, "tasker.db");
    await (await openStore({ file, synchronous: "normal" })).close();
    const other = new DatabaseSync(file);
    other.exec("begin immediate");
    try {
      const listing = tasker("task --list", { TASKER_HOME: home });
      assert.equal(await listing.code, 0, "a command that only reads does not wait for one that writes");
      const publishing = tasker(`publish --dir ${ROOT}/tasks --specific echo`, { TASKER_HOME: home });
      await publishing.says("stderr", /Waiting for the store \(SQLite .*tasker\.db\): it is locked/);
      other.exec("rollback");
      assert.equal(await publishing.code, 0, publishing.stderr);
    } finally {
      other.close();
    }
  });
});

describe("in a folder without a store", () => {
  for (const command of [
    "task --list",
    "task -t echo",
    "task --status x",
    "task --cancel x",
    "publish --list",
    "keystore list",
  ]) {
    it(`\`tasker ${command}\` makes nothing, and names the store that it looked in`, async () => {
      const extra = command === "publish --list" ? ` --dir ${ROOT}/tasks` : "";
      const running = tasker(command + extra);
      assert.equal(await running.code, 3, running.stderr);
      const where = path.join(running.cwd, ".tasker/tasker.db").replaceAll(".", "\\.");
      assert.match(running.stderr, new RegExp(`^error\\[store_missing\\]: .*${where}`));
      assert.deepEqual(readdirSync(running.cwd), []);
    });
  }

  it("`tasker doctor` makes nothing either", async () => {
    const running = tasker("doctor");
    assert.equal(await running.code, 0, running.stdout + running.stderr);
    assert.deepEqual(readdirSync(running.cwd), []);
  });

  it("`tasker publish` makes the store and says where; with TEMPORAL_ADDRESS it does not", async () => {
    const command = `publish --dir ${ROOT}/tasks --specific echo`;
    const own = tasker(command);
    assert.equal(await own.code, 0, own.stderr);
    assert.match(own.stderr, /Made a new store: SQLite .*tasker\.db/);
    const remote = tasker(command, { TEMPORAL_ADDRESS: NOBODY });
    assert.equal(await remote.code, 3);
    assert.equal(existsSync(path.join(remote.cwd, ".tasker")), false);
  });
});
