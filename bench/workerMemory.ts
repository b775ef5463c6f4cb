/**
 * `npx node bench/workerMemory.ts`: what the process of a fresh worker holds, in MiB. Memory of threads is V8's own account: the heap
 * in use, the heap as reserved, and what lies outside of it (buffers, WebAssembly). The rest is the resident memory by its mapping.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startDevServer } from "../dev/server.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import type { WorkerMemory } from "./processes/weighedWorker.ts";

const directory = await mkdtemp(path.join(tmpdir(), "tasker-bench-"));
const { path: cli } = await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] });
const server = await startDevServer({ cli, headless: true });
try {
  const child = fork(fileURLToPath(new URL("./processes/weighedWorker.ts", import.meta.url)), {
    env: { PATH: process.env["PATH"], TEMPORAL_ADDRESS: server.address, TASKER_HOME: directory },
  });
  const [memory] = (await Promise.race([once(child, "message"), once(child, "exit")])) as [WorkerMemory | number];
  if (typeof memory === "number") throw new Error(`The worker ended before it was ready (${memory}).`);
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0).padStart(6);
  console.log(`resident          ${mib(memory.resident)}   started with ${memory.cpuMs.toFixed(0)} ms of CPU time\n`);
  console.log("thread                         heap used  reserved   outside");
  for (const { name, used, reserved, outside } of memory.threads) {
    console.log(`${name.padEnd(32)}${mib(used)}    ${mib(reserved)}    ${mib(outside)}`);
  }
  console.log("\nresident by mapping");
  for (const [name, bytes] of memory.mappings) console.log(`${name.padEnd(32)}${mib(bytes)}`);
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
