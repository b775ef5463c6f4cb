import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { Client, Connection } from "@temporalio/client";
import { eventually } from "../test/support/eventually.ts";
import { readConfiguration, type Configuration } from "../configuration.ts";
import { readDiscovery, writeDiscovery } from "./discovery.ts";
import { openHome } from "./home.ts";
import { tryLock } from "./kernelLock.ts";
import { identify, isRunning, type ProcessIdentity } from "./processIdentity.ts";
import { startDevServer } from "./server.ts";
import { joinOrStartStack, type StackOptions } from "./stack.ts";
import { findTemporalCli } from "./temporalCli.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-stack-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});
const cli = (await findTemporalCli({ explicit: readConfiguration().temporalCli, progress: console.error })).path;

function configured(home: string, more: Record<string, string> = {}): Configuration {
  return readConfiguration({ TASKER_HOME: path.join(folder, home), TASKER_TEMPORAL_CLI: cli, ...more });
}

/** A worker that only notes what happens to it, and the lines that a person would see. */
function recorder(): StackOptions & { events: string[]; lines: string[] } {
  const events: string[] = [];
  const lines: string[] = [];
  return {
    events,
    lines,
    headless: true,
    progress: (line) => lines.push(line),
    startWorker: (configuration) => {
      events.push(`started at ${configuration.temporalAddress ?? "nowhere"}`);
      return Promise.resolve({
        async stop() {
          const connection = await Connection.connect({ address: configuration.temporalAddress! });
          await connection.close();
          events.push("drained while the server answers");
        },
      });
    },
  };
}

/** Another process that joins or starts the stack of `home`, prints a line, and stops it when its input ends. */
async function otherProcess(home: string): Promise<{ process: ChildProcess; owned: boolean; address: string }> {
  const script = `
    const { joinOrStartStack } = await import(${JSON.stringify(path.join(import.meta.dirname, "stack.ts"))});
    const { readConfiguration } = await import(${JSON.stringify(path.join(import.meta.dirname, "../configuration.ts"))});
    const startWorker = () => Promise.resolve({ stop: () => Promise.resolve() });
    const stack = await joinOrStartStack(readConfiguration(), { startWorker, headless: true });
    console.log(JSON.stringify(stack));
    process.stdin.on("end", () => void stack.stop()).resume();`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TASKER_HOME: path.join(folder, home), TASKER_TEMPORAL_CLI: cli },
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { process: child, ...(JSON.parse(line) as { owned: boolean; address: string }) };
}

async function ended(child: ChildProcess, how: () => unknown): Promise<void> {
  const exit = once(child, "exit");
  how();
  await exit;
}

function serverOf(home: string): ProcessIdentity {
  const server = readDiscovery(openHome(path.join(folder, home)).discovery)?.server;
  assert.ok(server);
  return server;
}

async function startRun(address: string, workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await new Client({ connection }).workflow.start("taskRun", { taskQueue: "none", workflowId });
  await connection.close();
}

async function hasRun(address: string, workflowId: string): Promise<boolean> {
  const connection = await Connection.connect({ address });
  try {
    await new Client({ connection }).workflow.getHandle(workflowId).describe();
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

test("with TEMPORAL_ADDRESS nothing embedded is started", async () => {
  const options = recorder();
  const stack = await joinOrStartStack(configured("remote", { TEMPORAL_ADDRESS: "temporal.test:7233" }), options);
  assert.equal(stack.address, "temporal.test:7233");
  assert.equal(stack.owned, false);
  assert.deepEqual(options.events, []);
  await stack.stop();
});

test("the worker drains before its server stops, and nothing but the data is left", async () => {
  const options = recorder();
  const configuration = configured("order");
  const home = openHome(configuration.home);
  const stack = await joinOrStartStack(configuration, options);
  assert.ok(stack.owned);
  assert.equal(statSync(home.discovery).mode & 0o777, 0o600);
  assert.equal(statSync(home.folder).mode & 0o777, 0o700);
  const server = serverOf("order");
  await Promise.all([stack.stop(), stack.stop()]);
  assert.deepEqual(options.events, [`started at ${stack.address}`, "drained while the server answers"]);
  assert.equal(isRunning(server), false);
  assert.equal(readDiscovery(home.discovery), undefined);
});

test("a worker that does not start leaves no server and no lock", async () => {
  const configuration = configured("refused");
  let address = "";
  const startWorker: StackOptions["startWorker"] = (given) => {
    address = given.temporalAddress!;
    return Promise.reject(new Error("no search attributes"));
  };
  await assert.rejects(joinOrStartStack(configuration, { startWorker, headless: true }), /no search attributes/);
  await assert.rejects(fetch(`http://${address}`));
  tryLock(openHome(configuration.home).ownerLock)!.release();
});

test("of two starters in one directory one wins and the other joins; two directories do not meet", async () => {
  const [first, second, elsewhere] = await Promise.all([otherProcess("a"), otherProcess("a"), otherProcess("b")]);
  assert.deepEqual([first.owned, second.owned].sort(), [false, true]);
  assert.equal(first.address, second.address);
  assert.ok(elsewhere.owned);
  assert.notEqual(elsewhere.address, first.address);
  await startRun(first.address, "in-a");
  assert.equal(await hasRun(elsewhere.address, "in-a"), false);

  const [owner, joined] = first.owned ? [first, second] : [second, first];
  const server = serverOf("a");
  await ended(joined.process, () => joined.process.stdin!.end());
  assert.ok(isRunning(server), "one that joined ends nothing");
  await ended(owner.process, () => owner.process.stdin!.end());
  await ended(elsewhere.process, () => elsewhere.process.stdin!.end());
  assert.equal(isRunning(server), false);
});

test("a stack whose owner was killed is started anew on the same data", async () => {
  const owner = await otherProcess("killed");
  const server = serverOf("killed");
  await startRun(owner.address, "kept");
  await ended(owner.process, () => owner.process.kill("SIGKILL"));
  const stack = await joinOrStartStack(configured("killed"), recorder());
  assert.ok(stack.owned);
  assert.equal(isRunning(server), false);
  assert.ok(await hasRun(stack.address, "kept"));
  await stack.stop();
});

test("a server that outlived its owner is ended first; a stranger with the same number is not", async () => {
  const configuration = configured("leftover");
  const home = openHome(configuration.home);
  const left = await startDevServer({ cli, headless: true, databaseFile: home.temporalDatabase });
  const owner = { pid: 2 ** 22 + 1, started: "never" };
  writeDiscovery(home.discovery, { state: "starting", owner, server: left.identity });
  const options = recorder();
  await (await joinOrStartStack(configuration, options)).stop();
  assert.equal(isRunning(left.identity), false);
  assert.match(options.lines.join(), /left its Temporal server running/);
  await left.stop();

  // This very process bears the number that a server once had.
  writeDiscovery(home.discovery, { state: "starting", owner, server: { pid: process.pid, started: "before" } });
  await (await joinOrStartStack(configuration, recorder())).stop();
  assert.ok(identify(process.pid));
});

test("a discovery file that is no JSON is started over", async () => {
  const configuration = configured("torn");
  writeFileSync(openHome(configuration.home).discovery, '{"state":');
  await (await joinOrStartStack(configuration, recorder())).stop();
});

test("a stack with other settings is not joined, and the difference is named", async () => {
  const stack = await joinOrStartStack(configured("settings"), recorder());
  await assert.rejects(joinOrStartStack(configured("settings", { TASKER_TASK_QUEUE: "other" }), recorder()), {
    code: "stack_mismatch",
    message: /TASKER_TASK_QUEUE is tasker there and other here/,
  });
  await assert.rejects(joinOrStartStack(configured("settings", { TASKER_ENCRYPTION: "true" }), recorder()), {
    code: "stack_mismatch",
    message: /TASKER_ENCRYPTION is off there and on here/,
  });
  await stack.stop();
});

test("a stack with encryption decrypts for its own Web UI and for no other page, as long as it runs", async () => {
  const configuration = configured("codec", {
    TASKER_ENCRYPTION: "true",
    TASKER_CODEC_ORIGINS: "https://allowed.example",
  });
  const stack = await joinOrStartStack(configuration, { ...recorder(), headless: false });
  const { uiUrl, codecUrl } = stack;
  assert.ok(uiUrl !== undefined && codecUrl !== undefined);
  const settings = (await (await fetch(`${uiUrl}/api/v1/settings`)).json()) as { Codec: { Endpoint: string } };
  assert.equal(settings.Codec.Endpoint, codecUrl);
  const decode = async (origin?: string): Promise<number> => {
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    return (await fetch(`${codecUrl}/decode`, { method: "POST", headers, body: '{"payloads":[]}' })).status;
  };
  const ui = [uiUrl, uiUrl.replace("127.0.0.1", "localhost"), "https://allowed.example"];
  for (const origin of [undefined, ...ui]) assert.equal(await decode(origin), 200, origin);
  for (const origin of ["https://evil.example", "http://localhost:1"]) assert.equal(await decode(origin), 403, origin);
  const joined = await joinOrStartStack(configuration, recorder());
  assert.equal(joined.codecUrl, codecUrl);
  await joined.stop();
  await stack.stop();
  await assert.rejects(decode());
});

test("an owner that stops after others waits for those who joined, unless it is told to hurry", async () => {
  const options = recorder();
  const stack = await joinOrStartStack(configured("others"), options);
  const joined = await joinOrStartStack(configured("others"), recorder());
  let stopped = false;
  const stopping = stack.stop({ afterOthers: true }).then(() => (stopped = true));
  await eventually(() => Promise.resolve(/Other commands still use this stack/.test(options.lines.join())));
  assert.equal(stopped, false);
  await joined.stop();
  await stopping;

  const second = await joinOrStartStack(configured("others"), recorder());
  const late = await joinOrStartStack(configured("others"), recorder());
  const waiting = second.stop({ afterOthers: true });
  await second.stop();
  await waiting;
  await late.stop();
});

test("a server that ends unasked is reported to its owner", async () => {
  const stack = await joinOrStartStack(configured("lost"), { ...recorder(), startWorker: idle });
  process.kill(serverOf("lost").pid, "SIGKILL");
  assert.equal((await stack.lost).code, "dev_server_lost");
  await stack.stop();
});

test("a worker that ends unasked is reported to its owner", async () => {
  const startWorker = () =>
    Promise.resolve({ stop: () => Promise.resolve(), ended: Promise.reject(new Error("the core gave up")) });
  const stack = await joinOrStartStack(configured("worker-lost"), { startWorker, headless: true });
  const { code, message } = await stack.lost;
  assert.equal(code, "worker_lost");
  assert.match(message, /the core gave up/);
  await stack.stop();
});

function idle(): ReturnType<StackOptions["startWorker"]> {
  return Promise.resolve({ stop: () => Promise.resolve() });
}
