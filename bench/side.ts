import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import type { Tasker } from "../client/tasker.ts";
import type { Json } from "../protocol/json.ts";
import type { Measured } from "./measure.ts";
import { processCpuMs } from "./processCpu.ts";

/** One of the two workers that are compared, with the way to start its runs. */
export interface Side {
  /** The worker's process. */
  readonly pid: number;
  /** Starts a run and returns its workflow id. */
  start(name: string, input: Json): Promise<string>;
  /** Resolves when a run has completed; rejects when it ends otherwise. */
  end(id: string): Promise<void>;
}

export function taskerSide(client: Client, tasker: Tasker, pid: number): Side {
  return {
    pid,
    start: async (name, input) => (await tasker.start(name, input)).taskRunId,
    end: async (id) => {
      await client.workflow.getHandle(id).result();
    },
  };
}

export function nativeSide(client: Client, taskQueue: string, pid: number): Side {
  return {
    pid,
    start: async (name, input) =>
      (await client.workflow.start(name, { args: [input], taskQueue, workflowId: randomUUID() })).workflowId,
    end: async (id) => {
      await client.workflow.getHandle(id).result();
    },
  };
}

/** The side's runs, all at once: milliseconds until the last one ended, and what one run cost. */
export async function measureRuns(
  { client, serverPid }: { readonly client: Client; readonly serverPid: number },
  side: Side,
  { name, input, runs = 1 }: { readonly name: string; readonly input: Json; readonly runs?: number },
): Promise<Required<Measured>> {
  const before = [processCpuMs(side.pid), processCpuMs(serverPid)] as const;
  const startedAt = performance.now();
  const ids = await Promise.all(
    Array.from({ length: runs }, async () => {
      const id = await side.start(name, input);
      await side.end(id);
      return id;
    }),
  );
  const value = performance.now() - startedAt;
  const after = [processCpuMs(side.pid), processCpuMs(serverPid)] as const;
  const { historyLength, raw } = await client.workflow.getHandle(ids[0] ?? "").describe();
  const cost = {
    workerCpuMs: (after[0] - before[0]) / runs,
    serverCpuMs: (after[1] - before[1]) / runs,
    events: historyLength,
    historyBytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? NaN),
  };
  return { value, cost };
}
