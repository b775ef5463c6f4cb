import { TaskerError } from "../protocol/errors.ts";
import { CLIENT_CODES } from "./errors.ts";

/** How long a server that was there before may stay away, milliseconds: a restart takes less. */
export const PATIENCE_MS = 60_000;

/** Bears a server that does not answer for a while, and says at last that the run does not need the one who watches. */
export class Patience {
  private readonly ms: number;
  private since: number | undefined;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** The server has answered. */
  renew(): void {
    this.since = undefined;
  }

  /** Throws the error, unless it says that the server is away and that has not lasted too long. */
  use(taskRunId: string, error: unknown): void {
    if (!(error instanceof TaskerError) || error.code !== CLIENT_CODES.unreachable) throw error;
    this.since ??= performance.now();
    if (performance.now() - this.since < this.ms) return;
    const { code, class: errorClass } = error;
    const message = `Run "${taskRunId}" cannot be seen now: ${error.message}. The run is not lost: it continues as soon as its server and a worker are available.`;
    throw new TaskerError({ code, class: errorClass, message }, { cause: error });
  }
}
