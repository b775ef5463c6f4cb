import type { Masked } from "./text.ts";
import type { Claim } from "./value.ts";

/**
 * Who must act on an error: `guest` the task's author, `tool` the service or whoever set it up,
 * `limit` whoever sized the work, `infrastructure` nobody but the operator: it is retried and the guest never sees it.
 */
export type ErrorClass = "guest" | "tool" | "limit" | "infrastructure";

export function isErrorClass(value: unknown): value is ErrorClass {
  return value === "guest" || value === "tool" || value === "limit" || value === "infrastructure";
}

/** A failure as it is stored, shown and carried between runs. `code` is stable; `message` tells a person what to change. */
export interface TaskError {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  /** Frames name the author's files; never a path of the host. */
  readonly stack?: string;
  /**
   * JSON, at most `LIMITS.thrownBytes`: `{name?, message?, code?, data}` of the error that the task's own code threw, when it
   * says more than its message. A parent run reads it as its error's `cause`.
   */
  readonly thrown?: string;
  /** The whole error as JSON, by claim check, when it is too large to travel in a history: the texts here are cut then. */
  readonly whole?: Claim;
}

/** A failure whose texts were masked, so that it may leave an activity. */
export interface MaskedError extends TaskError {
  readonly message: Masked;
  readonly stack?: Masked;
}

/** Codes that this project raises itself. Services add their own, named in their files. */
export const CODES = {
  // guest
  guestError: "guest_error",
  deadlock: "deadlock",
  invalidArgument: "invalid_argument",
  notSerializable: "not_serializable",
  unknownTool: "unknown_tool",
  unknownTask: "unknown_task",
  unknownVersion: "unknown_version",
  invalidInput: "invalid_input",
  unknownWorkflowType: "unknown_workflow_type",
  moduleNotFound: "module_not_found",
  noExport: "no_callable_export",
  denied: "denied",
  claimDenied: "claim_denied",
  cancelled: "cancelled",
  // limit
  cpuLimit: "cpu_limit",
  memoryLimit: "memory_limit",
  snapshotLimit: "snapshot_limit",
  tooManyCalls: "too_many_calls",
  nestingLimit: "nesting_limit",
  argumentTooLarge: "argument_too_large",
  resultTooLarge: "result_too_large",
  inputTooLarge: "input_too_large",
  declaredToolsLimit: "declared_tools_limit",
  budgetExhausted: "budget_exhausted",
  // tool
  toolError: "tool_error",
  toolTimeout: "tool_timeout",
  terminated: "terminated",
  timedOut: "timed_out",
  // infrastructure
  vmCrashed: "vm_crashed",
  engineMissing: "engine_missing",
  journalMismatch: "journal_mismatch",
  blobMissing: "blob_missing",
  snapshotReleased: "snapshot_released",
  keysInvalid: "keys_invalid",
  keyMissing: "key_missing",
  sealedValueDamaged: "sealed_value_damaged",
  internal: "internal",
} as const;

/** An Error that carries a `TaskError`. Thrown by the host's own code; never crosses into a VM as an object. */
export class TaskerError extends Error {
  override readonly name = "TaskerError";
  readonly code: string;
  readonly class: ErrorClass;
  /** Whether doing the same again may help. */
  readonly retryable: boolean;

  constructor(error: TaskError, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(error.message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = error.code;
    this.class = error.class;
    this.retryable = options.retryable ?? error.class === "infrastructure";
    if (error.stack !== undefined) this.stack = error.stack;
  }

  toTaskError(): TaskError {
    return { code: this.code, class: this.class, message: this.message };
  }
}
