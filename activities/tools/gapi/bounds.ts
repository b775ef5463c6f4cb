import { LIMITS } from "../../../protocol/limits.ts";

/** Bounds of `tools.gapi`, beside those that every tool has. Times are milliseconds. */
export const GAPI_BOUNDS = {
  /** Body of an answer, after decompression. */
  responseBytes: LIMITS.resultBytes,
  /** The whole of one attempt, a token exchange included, unless `timeoutMs` says otherwise. */
  timeoutMs: 30_000,
  maxTimeoutMs: 10 * 60_000,
  /** How much later than the attempt's own bound Temporal gives it up, so that the task gets the better error. */
  timeoutSlackMs: 10_000,
  /** One token exchange. Many calls may wait for it, so it is not bound to any of them. */
  exchangeTimeoutMs: 20_000,
  /** Body of a token endpoint's answer. */
  exchangeBytes: 64 * 1024,
  /** A token is replaced this long before its end, or a fifth of its life before it, whichever is less. */
  refreshAheadMs: 5 * 60_000,
  /** Of a token whose life is not told; an assertion asks for an hour. */
  tokenLifeMs: 60 * 60_000,
  /** Tokens kept, the least recently used dropped first: one for each subject and scope set. */
  tokens: 10_000,
  /** Connections to one host. */
  connections: 64,
  /** Scopes of one call. */
  scopes: 50,
} as const;
