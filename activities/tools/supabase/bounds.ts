import { LIMITS } from "../../../protocol/limits.ts";

/** Bounds of one call of `supabase`, beside those that every tool has. Times are milliseconds. */
export const SUPABASE_BOUNDS = {
  /** Body of an answer, after decompression. */
  answerBytes: LIMITS.resultBytes,
  headerBytes: 16 * 1024,
  /** Name lookup, TCP and TLS of one connection. */
  connectMs: 10_000,
  /** The whole of one attempt. Supabase ends a statement of the API's roles after 8 s at most, the service role's after 120 s. */
  timeoutMs: 60_000,
  /** How much later than the attempt's own bound Temporal gives it up, so that the task gets the better error. */
  timeoutSlackMs: 10_000,
} as const;
