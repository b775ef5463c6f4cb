import { createHash } from "node:crypto";
import type { Ending } from "./records.ts";

/** Hex SHA-256 of what a step issued and cleared, in order, and of how it ended. Logs, stacks and messages do not count. */
export function digestStep(records: readonly string[], ending: Ending): string {
  const hash = createHash("sha256");
  for (const record of records) hash.update(`${record.length}:`).update(record);
  hash.update(`${ending.state}:`);
  if (ending.state === "completed") hash.update(ending.result);
  if (ending.state === "failed") hash.update(ending.failure.code);
  return hash.digest("hex");
}
