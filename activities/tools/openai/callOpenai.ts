import { AuthenticationError } from "openai";
import type { Agent } from "undici";
import type { Json } from "../../../protocol/json.ts";
import type { Credentials } from "../../../protocol/keystore.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { ToolContext } from "../service.ts";
import { parseArguments } from "./arguments.ts";
import { createBoundedFetch, type BodyBounds } from "./boundedFetch.ts";
import { createClients } from "./clients.ts";
import { explain } from "./explain.ts";
import { badResponse, timedOut, tooLarge } from "./faults.ts";
import type { Operation } from "./operations.ts";
import { usageOf } from "./usage.ts";

export interface OpenaiOptions {
  /** Asked at each call; a key that was refused is forgotten, and the call tried again if there is another by then. */
  readonly credentials: Credentials;
  /** OPENAI_BASE_URL: `https://api.openai.com/v1`, or another server that is compatible with it. */
  readonly baseUrl: string;
  /** Of bodies; `OPENAI_BOUNDS` unless set. */
  readonly bodies?: BodyBounds;
  /** One attempt, in milliseconds, whatever the method; `OPENAI_BOUNDS` by method unless set. */
  readonly attemptMs?: number;
}

export type CallOpenai = (
  name: string,
  operation: Operation,
  args: readonly Json[],
  context: ToolContext,
) => Promise<object>;

/** Makes one attempt at a call through the client library. */
export function createCalls({
  credentials,
  baseUrl,
  bodies,
  attemptMs,
  agent,
}: OpenaiOptions & { readonly agent: Agent }): CallOpenai {
  const { host } = new URL(baseUrl);
  const clientFor = createClients(baseUrl, createBoundedFetch(agent, bodies));

  /** Whether there is another key by now than the one that was refused. */
  async function isReplaced(refused: string | undefined): Promise<boolean> {
    credentials.forget("openai");
    const replaced = (await credentials.get("openai").catch(() => refused)) !== refused;
    // The next call reads it again, too.
    if (!replaced) credentials.forget("openai");
    return replaced;
  }

  return async function callOpenai(name, operation, args, context) {
    const given = parseArguments(name, operation.takes, args);
    const key = await credentials.get("openai");
    const client = clientFor(key);
    const limitMs = attemptMs ?? operation.attemptMs;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limitMs);
    const signal = AbortSignal.any([context.signal, deadline.signal]);
    try {
      const answer = await operation.send(client, given, requestOptions(operation, context, limitMs, signal), host);
      // A stream that is aborted ends as if it were whole.
      signal.throwIfAborted();
      if (typeof answer !== "object" || answer === null) throw badResponse(host, "its answer is not JSON");
      const usage = usageOf(answer, operation.images === true);
      // Before anything is refused: it was used up.
      if (Object.keys(usage).length > 0) context.reportUsage(usage);
      if (operation.images) assertImagesFit(answer);
      return answer;
    } catch (thrown) {
      context.signal.throwIfAborted();
      if (deadline.signal.aborted) throw timedOut(host, limitMs);
      const replaced = thrown instanceof AuthenticationError && (await isReplaced(key));
      throw explain(thrown, { host, key: client.apiKey ?? "", replaced });
    } finally {
      clearTimeout(timer);
      // A body that nobody read must not hold its connection.
      deadline.abort();
    }
  };
}

function requestOptions(operation: Operation, context: ToolContext, timeout: number, signal: AbortSignal) {
  const headers = operation.kind === "read" ? {} : { "idempotency-key": context.idempotencyKey };
  return { headers, timeout, signal };
}

function assertImagesFit(answer: object): void {
  const bytes = JSON.stringify(answer).length;
  if (bytes <= LIMITS.resultBytes) return;
  throw tooLarge(
    `The images have ${bytes} bytes, and a result may have ${LIMITS.resultBytes}. Ask for fewer at a time, a smaller size, output_format "webp" or "jpeg", or response_format "url".`,
  );
}
