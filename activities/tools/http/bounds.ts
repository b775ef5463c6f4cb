import { LIMITS } from "../../../protocol/limits.ts";

/** Bounds of one `http.fetch`, beside those that every tool has. Times are milliseconds. */
export const HTTP_BOUNDS = {
  /** Body of a response, after decompression. */
  responseBytes: LIMITS.resultBytes,
  /**
   * A JSON body up to this size comes as text and parsed, a larger one parsed only: as a string in JSON it may be twice
   * as long, and both must fit a result.
   */
  bothBytes: 3 * 1024 * 1024,
  /** Body of a request; a call's arguments cannot be larger anyway. */
  requestBytes: LIMITS.argumentBytes,
  /** All headers of a response, and all that a task sends. Node's and undici's own default. */
  headerBytes: 16 * 1024,
  urlBytes: 8 * 1024,
  redirects: 10,
  /** Name lookup, TCP and TLS of one connection. */
  connectMs: 10_000,
  /** The whole of one attempt, redirects and body included, unless `timeoutMs` says otherwise. */
  timeoutMs: 30_000,
  /** A read whose author set `timeoutMs` to at most this is a quick one. */
  quickMs: 500,
  maxTimeoutMs: 10 * 60_000,
  /** How much later than the attempt's own bound Temporal gives it up, so that the task gets the better error. */
  timeoutSlackMs: 10_000,
} as const;
