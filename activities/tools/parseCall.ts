import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";
import type { Json, JsonText } from "../../protocol/json.ts";
import type { ChainLink } from "../../protocol/step.ts";
import { parseJson } from "../sliced/parseJson.ts";

/** A call's arguments, and of a chain the links after its first. */
export interface ParsedCall {
  readonly args: readonly Json[];
  readonly links: readonly ChainLink[];
}

/** Reads what a tool's activity was given. `issueCall` wrote it, but Temporal takes a request from anybody. */
export async function parseCall(text: JsonText, isChain: boolean): Promise<ParsedCall> {
  const value = await parseJson(text);
  if (!Array.isArray(value)) throw wrong("A tool's arguments must be a JSON array.");
  if (!isChain) return { args: value, links: [] };
  const [first, ...links] = value.map((link) => {
    const { name, args } = (link ?? {}) as Partial<ChainLink>;
    if (typeof name === "string" && Array.isArray(args)) return { name, args };
    throw wrong("A chain's links must have a name and an array of arguments.");
  });
  return { args: first?.args ?? [], links };
}

function wrong(message: string): TaskerError {
  return new TaskerError(taskError(CODES.internal, message), { retryable: false });
}
