/** A fresh worker that sends what it holds to its parent process, and ends with it. */
import diagnostics from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import v8 from "node:v8";
import type { Worker } from "node:worker_threads";
import { keepCompiledCode } from "../../worker/compileCache.js";

export interface WorkerMemory {
  readonly resident: number;
  readonly cpuMs: number;
  readonly threads: readonly ThreadMemory[];
  /** Bytes by mapping, the largest first. Empty where the system does not tell. */
  readonly mappings: readonly (readonly [string, number])[];
}

interface ThreadMemory {
  readonly name: string;
  readonly used: number;
  readonly reserved: number;
  readonly outside: number;
}

/** Until the garbage of the start is collected, which V8 does when it is idle. */
const IDLE_MS = 15_000;

const threads: Worker[] = [];
diagnostics.subscribe(
  "worker_threads",
  (message) => void threads.push((message as { readonly worker: Worker }).worker),
);

keepCompiledCode();
const { startWorker } = await import("../../worker.ts");
const { readConfiguration } = await import("../../configuration.ts");
const worker = await startWorker(readConfiguration());
const { user, system } = process.cpuUsage();
await sleep(IDLE_MS);
process.send?.({
  resident: process.memoryUsage.rss(),
  cpuMs: (user + system) / 1_000,
  threads: [
    memoryOf("main", v8.getHeapStatistics()),
    ...(await Promise.all(
      threads.map(async (thread) => memoryOf(thread.threadName ?? "", await thread.getHeapStatistics())),
    )),
  ],
  mappings: mappings(),
} satisfies WorkerMemory);
process.once("disconnect", () => process.exit(0));
await worker.ended;

function memoryOf(name: string, heap: v8.HeapInfo): ThreadMemory {
  return { name, used: heap.used_heap_size, reserved: heap.total_heap_size, outside: heap.external_memory };
}

function mappings(): [string, number][] {
  const bytes = new Map<string, number>();
  let name = "";
  for (const line of readSmaps().split("\n")) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (mapping) name = mapping[2] ? path.basename(mapping[2]) : `anonymous ${mapping[1] ?? ""}`;
    const resident = /^Rss:\s+(\d+) kB/.exec(line)?.[1];
    if (resident !== undefined) bytes.set(name, (bytes.get(name) ?? 0) + Number(resident) * 1_024);
  }
  return [...bytes].sort(([, a], [, b]) => b - a).slice(0, 6);
}

function readSmaps(): string {
  try {
    return readFileSync("/proc/self/smaps", "utf8");
  } catch {
    return "";
  }
}
