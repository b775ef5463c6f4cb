import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { badResponse } from "./faults.ts";

type Fields = Record<string, unknown>;

interface Choice extends Fields {
  readonly index: number;
  readonly message: Fields;
  finish_reason: unknown;
  logprobs: unknown;
}

/** Sent whole, by some servers with every chunk; all other text comes in pieces. */
const WHOLE = ["id", "type", "role", "name"];

/**
 * Puts a streamed chat completion together: the answer that the same request gives without `stream`.
 * The library's own collector is not used: it demands that streamed tool arguments are valid JSON, adds fields, and keeps
 * only the last piece of what it does not know, such as the `reasoning_content` of compatible servers.
 * Throws `openai_bad_response`, retryable, when the stream ends before every choice has finished.
 */
export async function collectChat(chunks: AsyncIterable<ChatCompletionChunk>, host: string): Promise<Fields> {
  let head: Fields = {};
  const choices: Choice[] = [];
  for await (const { choices: deltas, ...rest } of chunks) {
    const told = Object.entries(rest).filter(([, value]) => value !== null && value !== "");
    head = { ...head, ...Object.fromEntries(told) };
    // A last chunk may bring the usage and no choices at all.
    for (const { index, delta, finish_reason, logprobs } of (deltas as typeof deltas | undefined) ?? []) {
      const choice = (choices[index] ??= { index, message: {}, logprobs: null, finish_reason: null });
      merge(choice.message, delta as unknown as Fields);
      if (logprobs) merge((choice.logprobs ??= {}) as Fields, logprobs as unknown as Fields);
      if (finish_reason) choice.finish_reason = finish_reason;
    }
  }
  const finished = choices.filter((choice) => choice.finish_reason !== null);
  if (finished.length === 0 || finished.length < choices.length) {
    throw badResponse(host, "the stream ended before the answer was whole", true);
  }
  for (const { message } of finished) {
    message["content"] ??= null;
    message["refusal"] ??= null;
    for (const call of asList(message["tool_calls"])) delete call["index"];
  }
  return { ...head, object: "chat.completion", choices: finished };
}

function merge(target: Fields, delta: Fields | undefined): void {
  for (const [name, value] of Object.entries(delta ?? {})) {
    // Reading it would give the prototype of everything.
    if (name === "__proto__") continue;
    const before = target[name];
    if (value === null || value === undefined) target[name] ??= null;
    else if (typeof value === "string" && typeof before === "string" && !WHOLE.includes(name))
      target[name] = before + value;
    else if (value === "" && typeof before === "string") continue;
    else if (Array.isArray(value)) target[name] = mergeList(Array.isArray(before) ? before : [], value);
    else if (typeof value === "object") {
      const into = typeof before === "object" && before !== null ? (before as Fields) : {};
      merge(into, value as Fields);
      target[name] = into;
    } else target[name] = value;
  }
}

/** Items with an `index` are pieces of the item at that place, as in `tool_calls`; others are further items. */
function mergeList(list: unknown[], pieces: readonly unknown[]): unknown[] {
  for (const piece of pieces) {
    const index = (piece as { index?: unknown } | null)?.index;
    const before = typeof index === "number" ? asList(list).find((item) => item["index"] === index) : undefined;
    if (before) merge(before, piece as Fields);
    else list.push(typeof piece === "object" && piece !== null ? structuredClone(piece) : piece);
  }
  return list;
}

function asList(value: unknown): Fields[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter((item): item is Fields => typeof item === "object" && item !== null)
    : [];
}
