import { AuthenticationError } from "openai";
import { Agent } from "undici";
import type { Json } from "../../../protocol/json.ts";
import type { Credentials } from "../../../protocol/keystore.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { mapFault } from "../mappedFault.ts";
import { methodTable } from "../methodTable.ts";
import { createNearestName } from "../../../protocol/nearestName.ts";
import type { Method, Service, ToolContext } from "../service.ts";
import { parseArguments } from "./arguments.ts";
import { OPENAI_BOUNDS } from "./bounds.ts";
import { createBoundedFetch, type BodyBounds } from "./boundedFetch.ts";
import { createClients } from "./clients.ts";
import { explain } from "./explain.ts";
import { badResponse, timedOut, tooLarge } from "./faults.ts";
import { NOT_OFFERED, OPERATIONS, type Operation } from "./operations.ts";
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

/**
 * Service `openai`: the methods of `OPERATIONS`, with the names and arguments of npm `openai`, answering its plain JSON.
 * `stream: true` is accepted; the answer is the same as without. The options argument is refused: key, address, headers,
 * time limits and retries are the operator's. A failed attempt is made again by the activity, never by the library.
 */
export function createOpenai({ credentials, baseUrl, bodies, attemptMs }: OpenaiOptions): Service {
  const { host } = new URL(baseUrl);
  const agent = new Agent({
    connect: { timeout: OPENAI_BOUNDS.connectMs },
    // The attempt's own deadline rules: undici's must not come first.
    ...{ headersTimeout: 0, bodyTimeout: 0 },
  });
  const clientFor = createClients(baseUrl, createBoundedFetch(agent, bodies));

  /** Whether there is another key by now than the one that was refused. */
  async function isReplaced(refused: string | undefined): Promise<boolean> {
    credentials.forget("openai");
    const replaced = (await credentials.get("openai").catch(() => refused)) !== refused;
    // The next call reads it again, too.
    if (!replaced) credentials.forget("openai");
    return replaced;
  }

  async function run(name: string, operation: Operation, args: readonly Json[], context: ToolContext): Promise<object> {
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
  }

  const methods = Object.entries(OPERATIONS).map(([name, operation]): [string, Method] => {
    const long = operation.attemptMs > OPENAI_BOUNDS.mediumMs;
    return [
      name,
      {
        kind: operation.kind,
        timeouts: {
          startToCloseMs: operation.attemptMs + OPENAI_BOUNDS.slackMs,
          scheduleToCloseMs: long ? OPENAI_BOUNDS.longTotalMs : LIMITS.toolScheduleToCloseMs,
        },
        summary: (args) => summarize(operation, args),
        call: (args, context) => run(name, operation, args, context),
      },
    ];
  });
  const table = methodTable("openai", Object.fromEntries(methods));
  const nearestName = createNearestName(table.known);
  return {
    ...table,
    advise: (path) => {
      const name = path.join(".");
      const why = NOT_OFFERED.get(name);
      if (why !== undefined) return why;
      const nearest = nearestName(`openai.${name}`);
      return nearest === undefined ? `There are ${table.known.join(", ")}.` : `Did you mean tools.${nearest}?`;
    },
    mapError: mapFault,
    close: () => agent.destroy(),
  };
}

function requestOptions(operation: Operation, context: ToolContext, timeout: number, signal: AbortSignal) {
  const headers = operation.kind === "read" ? {} : { "idempotency-key": context.idempotencyKey };
  return { headers, timeout, signal };
}

/** The model alone: what is asked of it may be anything. */
function summarize({ takes }: Operation, [first]: readonly Json[]): string {
  if (takes[0] !== "body" || typeof first !== "object" || first === null || Array.isArray(first)) return "";
  return typeof first["model"] === "string" ? first["model"] : "";
}

function assertImagesFit(answer: object): void {
  const bytes = JSON.stringify(answer).length;
  if (bytes <= LIMITS.resultBytes) return;
  throw tooLarge(
    `The images have ${bytes} bytes, and a result may have ${LIMITS.resultBytes}. Ask for fewer at a time, a smaller size, output_format "webp" or "jpeg", or response_format "url".`,
  );
}
