import { CODES, errorTable, TaskerError } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";
import { MappedFault } from "../mappedFault.ts";
import { networkFaultCode } from "../networkFault.ts";
import { WEBSEARCH_BOUNDS } from "./bounds.ts";

/** Codes that `websearch.search` rejects with. A search without results is no error: it answers an empty list. */
export const { codes: WEBSEARCH_CODES, error: websearchFault } = errorTable({
  tool: {
    /** The search engine takes us for a bot: HTTP 202, 403, 429 or its challenge. Retried a few times, with long waits. */
    blocked: "websearch_blocked",
    /** What came is no page of results: other markup, another content type, a redirect. */
    changed: "websearch_changed",
    /** HTTP 5xx, or no connection. Retried. */
    unavailable: "websearch_unavailable",
    /** A page took longer than `WEBSEARCH_BOUNDS.pageMs`. Retried. */
    timeout: "websearch_timeout",
  },
});

export function invalidArgument(message: string): TaskerError {
  return new TaskerError(websearchFault(CODES.invalidArgument, safeText(`websearch.search: ${message}`, 2000)));
}

/** @param wish what the answer's `retry-after` asked for */
export function blocked(host: string, how: string, attempt: number, wish: number | undefined): MappedFault {
  const { blockedAttempts, blockedWaitMs } = WEBSEARCH_BOUNDS;
  const message = `${host} takes Tasker for a bot (${how}). Search less often, ask for fewer results, or set TASKER_WEBSEARCH_URL to a page that lets you search.`;
  return new MappedFault({
    error: websearchFault(WEBSEARCH_CODES.blocked, message),
    retryable: attempt < blockedAttempts,
    retryAfterMs: Math.max(wish ?? 0, blockedWaitMs * 2 ** (attempt - 1)),
  });
}

export function changed(host: string, what: string): TaskerError {
  const message = `${host} did not answer with a page of results: ${what}. Either TASKER_WEBSEARCH_URL names another page, or DuckDuckGo has changed its own.`;
  return new TaskerError(websearchFault(WEBSEARCH_CODES.changed, safeText(message, 2000)));
}

export function unavailable(host: string, what: string, wish?: number): MappedFault {
  return new MappedFault({
    error: websearchFault(WEBSEARCH_CODES.unavailable, `${host} could not search: ${what}.`),
    retryable: true,
    ...(wish === undefined ? {} : { retryAfterMs: wish }),
  });
}

export function timedOut(host: string, pageMs: number): TaskerError {
  const message = `${host} did not answer within ${pageMs} ms.`;
  return new TaskerError(websearchFault(WEBSEARCH_CODES.timeout, message), { retryable: true });
}

/** What `fetch` throws, with the truth in its causes. */
export function unreachable(host: string, thrown: unknown): Error {
  const code = networkFaultCode(thrown);
  if (code !== undefined) return unavailable(host, `the connection failed (${code})`);
  const message = `${host} cannot be reached; check TASKER_WEBSEARCH_URL and this machine's network.`;
  return new TaskerError(websearchFault(WEBSEARCH_CODES.unavailable, message), { cause: thrown });
}
