import { invalidRequest } from "./apiError.ts";
import { answerTo, hashOf, tokensOf } from "./text.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An answer, and the events that it comes as when it is streamed. */
export interface Answer {
  readonly json: Fields;
  readonly events: readonly Fields[];
}

/**
 * `POST /chat/completions`: `n` choices, a call of the first tool when `tool_choice` is "required", usage counted by length.
 * The text depends on messages and seed alone.
 */
export function completeChat(body: Fields, seed: number): Answer {
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidRequest("Invalid 'messages': empty array. Expected an array with minimum length 1.", "messages");
  }
  const prompt = messages.map((message) => textOf((message as Fields)["content"])).join("\n");
  const n = typeof body["n"] === "number" ? body["n"] : 1;
  const choices = Array.from({ length: n }, (_, index) => choose(body, prompt, seed + index, index));
  const written = choices.map(({ message }) => JSON.stringify(message)).join("");
  const [input, output] = [tokensOf(prompt), tokensOf(written)];
  const head = {
    id: `chatcmpl-${hashOf(seed, prompt)}`,
    created: 1_700_000_000,
    model: body["model"],
    system_fingerprint: "fp_standin",
  };
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const chunk = (fields: Fields): Fields => ({ ...head, object: "chat.completion.chunk", ...fields });
  const withUsage = (body["stream_options"] as Fields | undefined)?.["include_usage"] === true;
  const events = choices.flatMap(({ index, message, finish_reason }) => [
    ...piecesOf(message).map((delta) => chunk({ choices: [{ index, delta, logprobs: null, finish_reason: null }] })),
    chunk({ choices: [{ index, delta: {}, logprobs: null, finish_reason }] }),
  ]);
  return {
    json: { ...head, object: "chat.completion", choices, usage },
    events: withUsage ? [...events.map((event) => ({ ...event, usage: null })), chunk({ choices: [], usage })] : events,
  };
}

interface Choice {
  readonly index: number;
  readonly message: Fields;
  readonly logprobs: null;
  readonly finish_reason: string;
}

function choose(body: Fields, prompt: string, seed: number, index: number): Choice {
  const [tool] = Array.isArray(body["tools"]) ? (body["tools"] as Fields[]) : [];
  const name = (tool?.["function"] as Fields | undefined)?.["name"];
  if (body["tool_choice"] === "required" && typeof name === "string") {
    const call = { name, arguments: JSON.stringify({ about: prompt.slice(-40), seed }) };
    const tool_calls = [{ id: `call_${hashOf(seed, prompt)}`, type: "function", function: call }];
    const message = { role: "assistant", content: null, tool_calls, refusal: null };
    return { index, message, logprobs: null, finish_reason: "tool_calls" };
  }
  const message = { role: "assistant", content: answerTo(prompt, seed), refusal: null };
  return { index, message, logprobs: null, finish_reason: "stop" };
}

/** A message as the deltas that it is streamed as: first the role, then text or arguments in pieces. */
function piecesOf(message: Fields): Fields[] {
  const {
    role,
    content,
    tool_calls: calls,
  } = message as {
    role: string;
    content: string | null;
    tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  };
  if (calls === undefined) {
    return [{ role, content: "", refusal: null }, ...inPieces(content ?? "").map((piece) => ({ content: piece }))];
  }
  const called = calls.flatMap((call, index) => [
    { tool_calls: [{ ...call, index, function: { ...call.function, arguments: "" } }] },
    ...inPieces(call.function.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [{ role, content: null }, ...called];
}

export function inPieces(text: string): string[] {
  return text.match(/[\s\S]{1,12}/g) ?? [];
}

/** Text of a message's content, which is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => (part as { text?: unknown }).text)
    .filter((text) => typeof text === "string")
    .join("\n");
}
