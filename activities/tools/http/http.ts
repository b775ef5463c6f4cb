import type { LookupFunction } from "node:net";
import { methodTable } from "../methodTable.ts";
import type { Method, Service } from "../service.ts";
import { createAddressRules } from "./addressRules.ts";
import { HTTP_BOUNDS } from "./bounds.ts";
import { exchange } from "./exchange.ts";
import { timedOut } from "./faults.ts";
import { createGuardedAgent } from "./guardedAgent.ts";
import { createHostRules } from "./hostRules.ts";
import { asOptions, isRead, methodOf, parseRequest, parseTimeout, parseUrl } from "./request.ts";
import { readResponse, type HttpAnswer } from "./response.ts";

export interface HttpOptions {
  /** TASKER_HTTP_ALLOW: hosts that tasks may fetch from, as `api.example.com`, `*.example.com` or `*`. */
  readonly allow: readonly string[];
  /** TASKER_HTTP_PRIVATE: networks (`10.0.0.0/8`), addresses or hosts that may be reached though they are not public. */
  readonly private: readonly string[];
  /** How names become addresses; the system's by default. */
  readonly lookup?: LookupFunction;
}

/**
 * Service `http`: `fetch(url, init?)`, shaped after the web's. `init` takes `method`, `headers`, `body` (a string, URLSearchParams, bytes, or any other
 * JSON value, sent as JSON), `redirect` ("follow", "manual", "error"), `timeoutMs` (1 to 600,000; 30,000 unless set; one attempt,
 * final if set) and `responseType` ("text", "json", "base64"). It answers an `HttpAnswer`, whatever the status.
 * GET, HEAD and OPTIONS read. The others carry the call's idempotency key as `Idempotency-Key`, unless the author set that header.
 * Throws an Error when a pattern in the options is none.
 */
export function createHttp(options: HttpOptions): Service {
  const allowed = createHostRules(options.allow, "TASKER_HTTP_ALLOW");
  const agent = createGuardedAgent(createAddressRules(options.private), options.lookup);

  const fetch: Method = {
    kind: (args) => (isRead(methodOf(args)) ? "read" : "effect"),
    quick: (args) => (parseTimeout(asOptions(args[1])["timeoutMs"]) ?? Infinity) <= HTTP_BOUNDS.quickMs,
    timeouts: (args) => {
      const timeoutMs = parseTimeout(asOptions(args[1])["timeoutMs"]) ?? HTTP_BOUNDS.timeoutMs;
      return { startToCloseMs: timeoutMs + HTTP_BOUNDS.timeoutSlackMs };
    },
    // Neither the query nor the fragment: they may hold a secret.
    summary: (args) => {
      const { origin, pathname } = parseUrl(args[0]);
      return `${methodOf(args)} ${origin}${pathname}`;
    },
    async call(args, context): Promise<HttpAnswer> {
      const request = parseRequest(args);
      if (!isRead(request.method) && !request.headers.has("idempotency-key")) {
        request.headers.set("idempotency-key", context.idempotencyKey);
      }
      if (!request.headers.has("user-agent")) request.headers.set("user-agent", "tasker");

      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
      const signal = AbortSignal.any([context.signal, deadline.signal]);
      try {
        return await readResponse(await exchange(request, allowed, agent, signal), request.responseType);
      } catch (thrown) {
        context.signal.throwIfAborted();
        if (deadline.signal.aborted) throw timedOut(request.url.host, request.timeoutMs, request.timeoutChosen);
        throw thrown;
      } finally {
        clearTimeout(timer);
        // A body that nobody read must not hold its connection.
        deadline.abort();
      }
    },
  };

  return { ...methodTable("http", { fetch }), close: () => agent.destroy() };
}
