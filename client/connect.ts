import { Connection, type ConnectionOptions } from "@temporalio/client";
import { TaskerError } from "../protocol/errors.ts";
import { asking, CLIENT_CODES } from "./errors.ts";

/**
 * Connects to Temporal, or says within the connection's timeout (10 s unless set) that it cannot be reached.
 * @throws temporal_unreachable, temporal_refused
 */
export async function connect(options: ConnectionOptions & { readonly address: string }): Promise<Connection> {
  try {
    return await asking("connect", () => Connection.connect(options));
  } catch (cause) {
    if (cause instanceof TaskerError && cause.code !== CLIENT_CODES.unreachable) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TaskerError(
      {
        code: CLIENT_CODES.unreachable,
        class: "infrastructure",
        message: `Temporal does not answer at ${options.address}: ${why}`,
      },
      { cause },
    );
  }
}
