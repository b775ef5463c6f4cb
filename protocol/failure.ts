import { CODES, classOf, taskError, type TaskError } from "./errors.ts";
import { isRecord } from "./isRecord.ts";
import { LIMITS } from "./limits.ts";
import type { CallFailure } from "./signals.ts";
import type { Millis } from "./step.ts";
import { safeText, utf8Length } from "./text.ts";
import { readUsage } from "./usage.ts";
import { readTaskError } from "./wholeError.ts";

/** What is known of the attempts at a call. */
export type Attempts = Omit<CallFailure, "error">;

/** How a failure goes on, beside the error that it carries. */
export interface FailureFacts {
  /** Whether Temporal tries the activity again. */
  readonly retryable: boolean;
  /** When, if the service said so. Without it, the retry policy decides. */
  readonly retryAfterMs?: Millis | undefined;
  readonly attempts?: Attempts;
  /** For the operator; it is not a part of the error, because it names paths of the host. */
  readonly hostStack?: string;
}

/** Temporal's ApplicationFailure. A parameter, because this folder imports nothing. */
interface FailureClass<Failure> {
  create(fields: {
    message: string;
    type: string;
    nonRetryable: boolean;
    details: unknown[];
    nextRetryDelay?: Millis;
  }): Failure;
}

interface ReadFailure {
  readonly message: string;
  readonly type?: string | null | undefined;
  readonly details?: readonly unknown[] | null | undefined;
  readonly stack?: string | undefined;
}

/**
 * The one form in which an error travels through Temporal: its code is the failure's type, and each text is in it once. The
 * texts are bounded and well-formed, because a lone surrogate in them ends the worker process.
 */
export function encodeFailure<Failure extends { stack?: string }>(
  failureClass: FailureClass<Failure>,
  error: TaskError,
  { retryable, retryAfterMs, attempts, hostStack = "" }: FailureFacts,
): Failure {
  const delay = retryable ? usableDelay(retryAfterMs) : undefined;
  const message = safeText(error.message, LIMITS.errorBytes);
  const failure = failureClass.create({
    message,
    type: safeText(error.code, LIMITS.toolNameBytes),
    nonRetryable: !retryable,
    details: [
      {
        class: error.class,
        ...(error.stack === undefined ? {} : { ownStack: true }),
        ...(error.thrown === undefined ? {} : { thrown: error.thrown }),
        ...(error.whole === undefined ? {} : { whole: error.whole }),
        ...attempts,
      },
    ],
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
  failure.stack = safeText(error.stack ?? hostStack, LIMITS.errorBytes - utf8Length(message));
  return failure;
}

/**
 * The error that a failure carries. Whoever completes an activity by hand may have made it, and the server drops the details of
 * a large one: nothing is taken on trust, and a code of the table has its class without them. `untyped` is the code, and with it
 * the class, of a failure that says nothing.
 */
export function decodeFailure(
  failure: ReadFailure,
  untyped: typeof CODES.toolError | typeof CODES.internal = CODES.toolError,
): CallFailure {
  const { message, type, details, stack } = failure;
  const noted = isRecord(details?.[0]) ? details[0] : {};
  const read = readTaskError({
    ...noted,
    class: noted["class"] ?? classOf(untyped),
    code: type || untyped,
    message,
    // Another's stack names paths of a host.
    stack: noted["ownStack"] === true ? stack : undefined,
  });
  return { error: read ?? taskError(untyped, message), ...readAttempts(noted) };
}

/** What a value of JSON says of the attempts at a call. */
export function readAttempts({ attempts, startedAt, endedAt, ...noted }: Readonly<Record<string, unknown>>): Attempts {
  const usage = readUsage(noted["usage"]);
  return {
    attempts: typeof attempts === "number" ? attempts : 1,
    ...(typeof startedAt === "number" ? { startedAt } : {}),
    ...(typeof endedAt === "number" ? { endedAt } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

/**
 * A wait longer than all attempts may take would only hide the error until then. "At once" is a millisecond: a delay of
 * zero is no delay to the Temporal server (1.31.2), which then does not try again at all.
 */
function usableDelay(ms: number | undefined): Millis | undefined {
  return ms !== undefined && ms >= 0 && ms <= LIMITS.toolScheduleToCloseMs ? Math.max(1, Math.ceil(ms)) : undefined;
}
