import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { processCpuMs, treeCpuMs } from "./processCpu.ts";

const BUSY_MS = 800;
const BUSY = `let used = 0;
  const start = process.cpuUsage();
  while (used < ${BUSY_MS * 1_000}) {
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  }`;

describe("CPU time of a process and all below it", () => {
  it("counts processes that run and those that have ended", async () => {
    // The first child ends; the second one has done its work and lives until its input ends.
    const script = '"$0" -e "$1"; "$0" -e "$1; console.log(1); process.stdin.resume()"; exit';
    const shell = spawn("/bin/sh", ["-c", script, process.execPath, BUSY], { stdio: ["pipe", "pipe", "inherit"] });
    await once(shell.stdout, "data");
    const pid = shell.pid ?? 0;
    assert.ok(treeCpuMs(pid) >= 1.9 * BUSY_MS, String(treeCpuMs(pid)));
    assert.ok(processCpuMs(pid) < BUSY_MS, String(processCpuMs(pid)));
    const exited = once(shell, "exit");
    shell.stdin.end();
    await exited;
    assert.equal(treeCpuMs(pid), NaN);
  });
});
