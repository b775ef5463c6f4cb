import { Connection, type ConnectionOptions } from "@temporalio/client";
import { TaskerError } from "../protocol/errors.ts";
import { asking, CLIENT_CODES, unreachableError } from "./errors.ts";

/** Where a connection goes. */
export interface Place {
  readonly address: string;
  readonly tls?: unknown;
}

/**
 * Connects to Temporal, or says within the connection's timeout (10 s unless set) that it cannot be reached.
 * @throws temporal_unreachable, temporal_refused
 */
export function connect(options: ConnectionOptions & Place): Promise<Connection> {
  return reaching(options, () => Connection.connect(options));
}

/**
 * Runs what connects to `place`. An error says what cannot be reached, and how it was tried.
 * @throws temporal_unreachable, temporal_refused
 */
export async function reaching<T>({ address, tls }: Place, connecting: () => Promise<T>): Promise<T> {
  try {
    return await asking("connect", connecting);
  } catch (cause) {
    if (cause instanceof TaskerError && cause.code !== CLIENT_CODES.unreachable) throw cause;
    const how = tls === undefined || tls === false ? "without TLS" : "with TLS";
    throw unreachableError(`Temporal cannot be reached at ${address} (${how}): ${reasonOf(cause)}`, cause);
  }
}

/** The reason as the connection gave it, without what `asking` put before it. */
function reasonOf(cause: unknown): string {
  const origin = cause instanceof TaskerError && cause.cause instanceof Error ? cause.cause : cause;
  return origin instanceof Error ? origin.message : String(origin);
}
