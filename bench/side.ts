import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import type { Tasker } from "../client/tasker.ts";
import type { Json } from "../protocol/json.ts";
import type { Cost, Measured } from "./measure.ts";
import { processCpuMs } from "./processCpu.ts";

/** CPU time that a side's processes have used since they began, milliseconds. */
export interface Cpu {
  readonly workerMs: number;
  readonly serverMs: number;
}

/** One of the systems that are compared. */
export interface Side {
  cpu(): Cpu;
  /** Resolves with the run's id when it has completed; rejects when it ends otherwise. */
  run(name: string, input: Json): Promise<string>;
  /** What a run left in Temporal; a side without Temporal has none. */
  history?(id: string): Promise<Pick<Cost, "events" | "historyBytes">>;
}

/** A side whose runs are Temporal workflows. */
export interface TemporalSide extends Side {
  /** Starts a run and returns its workflow id. */
  start(name: string, input: Json): Promise<string>;
  /** Resolves when a run has completed; rejects when it ends otherwise. */
  end(id: string): Promise<void>;
}

/** The Temporal client and the processes of one side. */
export interface Processes {
  readonly client: Client;
  readonly serverPid: number;
  readonly workerPid: number;
}

export function taskerSide(processes: Processes, tasker: Tasker): TemporalSide {
  return temporalSide(processes, async (name, input) => (await tasker.start(name, input)).taskRunId);
}

export function nativeSide(processes: Processes, taskQueue: string): TemporalSide {
  return temporalSide(processes, async (name, input) => {
    const options = { args: [input], taskQueue, workflowId: randomUUID() };
    return (await processes.client.workflow.start(name, options)).workflowId;
  });
}

function temporalSide({ client, serverPid, workerPid }: Processes, start: TemporalSide["start"]): TemporalSide {
  const end = async (id: string): Promise<void> => {
    await client.workflow.getHandle(id).result();
  };
  return {
    start,
    end,
    cpu: () => ({ workerMs: processCpuMs(workerPid), serverMs: processCpuMs(serverPid) }),
    run: async (name, input) => {
      const id = await start(name, input);
      await end(id);
      return id;
    },
    history: async (id) => {
      const { historyLength, raw } = await client.workflow.getHandle(id).describe();
      const historyBytes = Number(raw.workflowExecutionInfo?.historySizeBytes ?? NaN);
      return { events: historyLength, historyBytes };
    },
  };
}

export interface Runs {
  readonly name: string;
  readonly input: Json;
  /** One by default. */
  readonly runs?: number;
  /** Runs in flight at a time; all of them by default. */
  readonly atOnce?: number;
}

/** Makes runs of one side: milliseconds until the last one ended, and what one run cost. */
export async function measureRuns(
  side: Side,
  { name, input, runs = 1, atOnce = runs }: Runs,
): Promise<Required<Measured>> {
  const before = side.cpu();
  const startedAt = performance.now();
  let id = "";
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun++ < runs) id = await side.run(name, input);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const value = performance.now() - startedAt;
  const after = side.cpu();
  const cost = {
    workerCpuMs: (after.workerMs - before.workerMs) / runs,
    serverCpuMs: (after.serverMs - before.serverMs) / runs,
    ...(await side.history?.(id)),
  };
  return { value, cost };
}
