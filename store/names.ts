import type { RunKey } from "../protocol/run.ts";
import { utf8Length } from "../protocol/text.ts";
import { invalidArgument } from "./errors.ts";
import type { RunKeyColumns } from "./schema.ts";

/** Bytes of a name or id; Postgres cannot index more than 2,704 bytes, Temporal's ids are at most 1,000. */
const NAME_BYTES = 1000;

/**
 * An id or name as it stands in a column: itself, or its JSON text when a column could not hold it
 * (Postgres refuses NUL, and UTF-8 has no lone surrogates). The quote tells the two apart.
 */
export function toName(name: string): string {
  if (utf8Length(name) > NAME_BYTES) {
    throw invalidArgument(`A name or id is longer than ${NAME_BYTES} bytes; choose a shorter one.`);
  }
  const plain = name.isWellFormed() && !name.includes("\0") && !name.startsWith('"');
  return plain ? name : JSON.stringify(name);
}

/** What `toName` was given. */
export function fromName(column: string): string {
  return column.startsWith('"') ? (JSON.parse(column) as string) : column;
}

export function keyColumns(run: RunKey): RunKeyColumns {
  return { task_run_id: toName(run.taskRunId), first_run_id: toName(run.firstRunId) };
}
