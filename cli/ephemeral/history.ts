import type { Client } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import type { SnapshotRef } from "../../protocol/step.ts";
import type { ContinuedRun } from "../../workflows/continuedRun.ts";

type History = Awaited<ReturnType<ReturnType<Client["workflow"]["getHandle"]>["fetchHistory"]>>;

/** The snapshot that a run's newest execution began with; undefined when it has not continued as new. */
export function snapshotOf(history: History): SnapshotRef | undefined {
  const [, payload] = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (payload == null) return undefined;
  return defaultPayloadConverter.fromPayload<ContinuedRun>(payload).interpreter.snapshot;
}

/** Who took the run's steps in this execution, in their order, each once: `pid@host`. */
export function workersOf(history: History): string[] {
  const names = (history.events ?? []).map((event) => event.workflowTaskCompletedEventAttributes?.identity ?? "");
  return [...new Set(names.filter((name) => name !== ""))];
}
