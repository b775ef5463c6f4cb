import { Agent } from "undici";
import type { Json } from "../../../protocol/json.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { mapFault } from "../mappedFault.ts";
import { methodTable } from "../methodTable.ts";
import { createNearestName } from "../../../protocol/nearestName.ts";
import { lazily } from "../lazily.ts";
import type { Method, Service } from "../service.ts";
import { OPENAI_BOUNDS } from "./bounds.ts";
import type { OpenaiOptions } from "./callOpenai.ts";
import { NOT_OFFERED, OPERATIONS, type Operation } from "./operations.ts";

/**
 * Service `openai`: the methods of `OPERATIONS`, with the names and arguments of npm `openai`, answering its plain JSON.
 * `stream: true` is accepted; the answer is the same as without. The options argument is refused: key, address, headers,
 * time limits and retries are the operator's. A failed attempt is made again by the activity, never by the library.
 */
export function createOpenai(options: OpenaiOptions): Service {
  const agent = new Agent({
    connect: { timeout: OPENAI_BOUNDS.connectMs },
    // The attempt's own deadline rules: undici's must not come first.
    ...{ headersTimeout: 0, bodyTimeout: 0 },
  });
  // The client library is loaded at the first call: a worker asks for a method's facts on its main thread, and calls it elsewhere.
  const calls = lazily(async () => (await import("./callOpenai.ts")).createCalls({ ...options, agent }));

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
        call: async (args, context) => (await calls())(name, operation, args, context),
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

/** The model alone: what is asked of it may be anything. */
function summarize({ takes }: Operation, [first]: readonly Json[]): string {
  if (takes[0] !== "body" || typeof first !== "object" || first === null || Array.isArray(first)) return "";
  return typeof first["model"] === "string" ? first["model"] : "";
}
