import { hash } from "node:crypto";
import type { Ending } from "./records.ts";

/** Hex SHA-256 of what a step issued and cleared, in order, and of how it ended. Logs, stacks and messages do not count. */
export function digestStep(records: readonly string[], ending: Ending): string {
  const end = ending.state === "completed" ? ending.result : ending.state === "failed" ? ending.failure.code : "";
  // Lengths keep one record's end from passing for another's beginning.
  const text = records.map((record) => `${record.length}:${record}`).join("");
  return hash("sha256", `${text}${ending.state}:${end}`, "hex");
}
