import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { readDiscovery } from "../dev/discovery.ts";
import { isRunning } from "../dev/processIdentity.ts";
import { readStandIns } from "../dev/standins/home.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import { openStore } from "../store/openStore.ts";
import { Context } from "./context.ts";
import { googleIsConfigured } from "./google.ts";
import { Output } from "./output.ts";
import { withStandInServices } from "./standInContext.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-standins-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});
const cli = (await findTemporalCli({ explicit: readConfiguration().temporalCli, progress: console.error })).path;

interface Running {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves at a line that holds the text; rejects when the output ends without it. */
  said(text: string): Promise<void>;
}

/** The command, in a home of its own and with nothing real in its environment but what is given. */
function tasker(args: readonly string[], home: string, environment: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "tasker.js"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      TASKER_HOME: home,
      TASKER_TEMPORAL_CLI: cli,
      TASKER_LOG_LEVEL: "error",
      ...environment,
    },
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => lines.push(line));
  const closed = once(reader, "close");
  return {
    process: child,
    lines,
    ended: once(child, "exit").then(([code]) => code as number | null),
    said: async (text) => {
      const missing = closed.then(() => "closed" as const);
      while (!lines.some((line) => line.includes(text))) {
        const ended = await Promise.race([once(reader, "line"), missing]);
        if (ended === "closed") break;
      }
      assert.ok(
        lines.some((line) => line.includes(text)),
        lines.join("\n"),
      );
    },
  };
}

describe("tasker workspace", () => {
  it("runs stand-ins with a stack of their own, is joined, and leaves nothing but its data", async () => {
    const home = path.join(folder, "joined");
    const standIns = path.join(home, "standins");
    const first = tasker(["workspace", "--users", "12", "--seed", "a"], home, {
      TEMPORAL_ADDRESS: "temporal.example.com:7233",
    });
    await first.said("Ctrl-C stops it");
    assert.ok(
      first.lines.some((line) => line.includes("12 users")),
      first.lines.join("\n"),
    );
    const environment = readStandIns(standIns)!;
    const discovery = readDiscovery(path.join(standIns, "stack.json"));
    assert.equal(discovery?.state, "ready");
    assert.deepEqual(readdirSync(home), ["standins"], "nothing lies where real runs would");
    assert.ok(!first.lines.join("\n").includes(environment["OPENAI_API_KEY"]!), "keys stay out of what is printed");

    const second = tasker(["workspace"], home);
    assert.equal(await second.ended, 0);
    assert.ok(
      second.lines.some((line) => line.includes("Nothing was started")),
      second.lines.join("\n"),
    );
    assert.ok(second.lines.some((line) => line.includes(environment["TASKER_GOOGLE_BASE_URL"]!)));

    const direct = await withStandInServices((configuration) => Promise.resolve(configuration), { TASKER_HOME: home });
    assert.equal(direct.googleBaseUrl, environment["TASKER_GOOGLE_BASE_URL"], "direct calls reach the same");

    first.process.kill("SIGINT");
    assert.equal(await first.ended, 0);
    assert.equal(readStandIns(standIns), undefined);
    for (const gone of ["stack.json", "standins.json", "google-key.json"])
      assert.ok(!existsSync(path.join(standIns, gone)));
    await assert.rejects(fetch(environment["TASKER_GOOGLE_BASE_URL"]!));
    assert.ok(!isRunning(discovery.server));
  });

  it("is started anew after it was killed, and nobody is led to the one that is gone", async () => {
    const home = path.join(folder, "killed");
    const killed = tasker(["workspace"], home);
    await killed.said("Ctrl-C stops it");
    killed.process.kill("SIGKILL");
    await killed.ended;
    assert.equal(readStandIns(path.join(home, "standins")), undefined);
    const next = tasker(["workspace"], home);
    await next.said("Ctrl-C stops it");
    next.process.kill("SIGINT");
    assert.equal(await next.ended, 0);
  });
});

describe("stand-ins without a stack", () => {
  it("live as long as what calls them, and leave nothing", async () => {
    const home = path.join(folder, "direct");
    const configuration = await withStandInServices(
      async (given) => {
        assert.equal((await fetch(given.googleBaseUrl!)).status, 404);
        assert.ok(existsSync(given.googleKeyFile!));
        return given;
      },
      { TASKER_HOME: home },
    );
    await assert.rejects(fetch(configuration.googleBaseUrl!));
    assert.ok(!existsSync(path.dirname(configuration.googleKeyFile!)));
    assert.ok(!existsSync(home));
  });
});

describe("whether there are credentials for Google", () => {
  const ask = async (environment: Record<string, string>): Promise<boolean> => {
    const sink = { write: () => undefined };
    const context = new Context(readConfiguration(environment), new Output(false, sink, sink));
    try {
      return await googleIsConfigured(context);
    } finally {
      await context.close();
    }
  };

  it("is answered without making a database where none is", async () => {
    const home = path.join(folder, "none");
    assert.equal(await ask({ TASKER_HOME: home }), false);
    assert.ok(!existsSync(home));
  });

  it("is told by a key file, by the keystore, and by workers elsewhere that have their own", async () => {
    const home = path.join(folder, "some");
    assert.equal(await ask({ TASKER_HOME: home, TASKER_GOOGLE_KEY_FILE: "/etc/google.json" }), true);
    assert.equal(await ask({ TASKER_HOME: home, TEMPORAL_ADDRESS: "temporal.example.com:7233" }), true);
    const store = await openStore({ file: path.join(home, "tasker.db"), synchronous: "normal" });
    assert.equal(await ask({ TASKER_HOME: home }), false);
    const at = Date.now();
    const secret = {
      namespace: "services",
      name: "google",
      sealed: Buffer.from("x"),
      keyId: "k",
      createdAt: at,
      updatedAt: at,
    };
    const access = {
      at,
      action: "set",
      outcome: "ok",
      namespace: "services",
      name: "google",
      actor: "operator t",
    } as const;
    await store.secrets.set(secret, access);
    await store.close();
    assert.equal(await ask({ TASKER_HOME: home }), true);
  });
});
