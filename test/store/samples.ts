import { createHash, randomUUID } from "node:crypto";
import { createCipher } from "../../encryption/cipher.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import { formatKey, newKey } from "../../encryption/parseKeys.ts";
import type { Cipher } from "../../protocol/cipher.ts";
import type { CallRecord, ExecutionRef, RunKey, RunRecord } from "../../protocol/run.ts";
import type { LogLine } from "../../protocol/step.ts";
import type { RunStore, Writer } from "../../protocol/store.ts";
import type { TaskVersion } from "../../protocol/task.ts";
import type { Claim } from "../../protocol/value.ts";

/** Everything that a careless column loses or refuses. */
export const AWKWARD = "\"\0 \ud800 \udfff \u{1f600} é \u2028 \\u0000 '; --";

/** What `open` takes. */
export type OpenRun = Omit<RunRecord, "status" | "result" | "error" | "endedAt">;

/** A run of its own, started now. */
export function aRun(changes: Partial<OpenRun> = {}): OpenRun {
  const base = { task: "task", version: "v", engine: "e", input: { value: null }, startedAt: Date.now() };
  return { ...keyOf(randomUUID()), ...base, ...changes };
}

export function keyOf(taskRunId: string): RunKey {
  return { taskRunId, firstRunId: `first-${taskRunId}` };
}

export function aCall(id: number, changes: Partial<CallRecord> = {}): CallRecord {
  return { id, tool: "gapi.x", status: "pending", args: { value: [id] }, attempts: 1, startedAt: 1, ...changes };
}

export function aVersion(changes: Partial<TaskVersion> = {}): TaskVersion {
  return {
    task: "task",
    version: "1",
    file: "task.js",
    description: "does things",
    inputSchema: null,
    tools: null,
    usedTools: ["gapi.x"],
    bundle: "module.exports = () => 1",
    sourceMap: '{"version":3}',
    publishedAt: 1,
    ...changes,
  };
}

/** With a key of its own. */
export function aCipher(): Cipher {
  return createCipher(createKeyring({ keys: formatKey(newKey()), keyFile: "/nowhere" }), "store");
}

export function claimOf(text: string): Claim {
  return { sha256: createHash("sha256").update(text).digest("hex"), bytes: text.length };
}

/** The execution that began a run, as a writer. */
export function firstWriter({ firstRunId }: RunKey, historyLength = 0): Writer {
  return { execution: { runId: firstRunId, chainId: firstRunId }, historyLength };
}

/** Writes calls and lines as the execution that began the run. No call that was recorded before is dropped. */
export async function record(
  runs: RunStore,
  run: RunKey,
  calls: readonly CallRecord[],
  firstLine: number,
  lines: readonly LogLine[],
): Promise<boolean> {
  return runs.write(run, firstWriter(run), { firstCall: 1_000_000, calls, firstLine, lines });
}

/** Another execution of a run. */
export function writerOf({ firstRunId }: RunKey, runId: string, more: Partial<ExecutionRef> = {}): Writer {
  return { execution: { runId, chainId: firstRunId, ...more }, historyLength: 0 };
}
