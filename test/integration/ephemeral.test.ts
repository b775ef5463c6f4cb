import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { identify } from "../../dev/processIdentity.ts";

const LAUNCHER = path.join(import.meta.dirname, "../../cli/tasker.js");

interface SelfTest {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
  /** Resolves once the output has this; rejects when the process ends before. */
  said(what: string): Promise<void>;
}

function start(): SelfTest {
  const child = spawn(process.execPath, [LAUNCHER, "ephemeral"], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const said = (what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (output.includes(what)) resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`It never said "${what}":\n${output}`)));
    });
  return { child, ended, output: () => output, said };
}

function assertNothingLeft(output: string): void {
  const [folder] = /\/\S*tasker-ephemeral-\w+/.exec(output) ?? [];
  assert.ok(folder !== undefined, output);
  assert.equal(existsSync(folder), false, `${folder} was left`);
  const workers = output.match(/(?<=[Pp]rocess )\d+/g) ?? [];
  assert.ok(workers.length > 0, output);
  for (const pid of workers) assert.equal(identify(Number(pid)), undefined, `process ${pid} was left`);
}

test("the self-test finds all checks fine, with three workers in a row, and leaves nothing", async () => {
  const selfTest = start();
  const code = await selfTest.ended;
  const output = selfTest.output();
  assert.equal(code, 0, output);
  assert.match(output, /9 of 9 checks are fine/);
  assert.equal(new Set(output.match(/(?<=[Pp]rocess )\d+/g)).size, 3);
  assertNothingLeft(output);
});

test("Ctrl-C ends the self-test and leaves nothing", async () => {
  const selfTest = start();
  await selfTest.said("Suspend:");
  selfTest.child.kill("SIGINT");
  assert.equal(await selfTest.ended, 130, selfTest.output());
  assert.match(selfTest.output(), /Stopped by Ctrl-C/);
  assertNothingLeft(selfTest.output());
});
