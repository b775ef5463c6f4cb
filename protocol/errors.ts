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

/** Error codes by class. The names are for the code that raises them; the codes are what users see. */
type CodesByClass = { readonly [Class in ErrorClass]?: Readonly<Record<string, string>> };
type Groups<Table extends CodesByClass> = NonNullable<Table[keyof Table & ErrorClass]>;
type Intersection<T> = (T extends unknown ? (each: T) => void : never) extends (each: infer All) => void ? All : never;
type ValueOf<T> = T extends unknown ? T[keyof T] : never;

/** A table of codes, the constructor of its errors, and the class of a code that is in it. */
interface ErrorTable<Table extends CodesByClass, Code extends string> {
  readonly codes: Intersection<Groups<Table>>;
  readonly error: (code: Code, message: string, more?: Pick<TaskError, "stack" | "thrown" | "whole">) => TaskError;
  readonly classOf: (code: string) => ErrorClass | undefined;
}

function tableOf<Table extends CodesByClass, Code extends string>(
  table: Table,
  others: (code: string) => ErrorClass | undefined = () => undefined,
): ErrorTable<Table, Code> {
  const classes = new Map<string, ErrorClass>();
  for (const [errorClass, codes] of Object.entries(table) as [ErrorClass, Readonly<Record<string, string>>][]) {
    for (const code of Object.values(codes)) {
      if (classes.has(code) || others(code)) throw new Error(`The error code ${code} is declared twice.`);
      classes.set(code, errorClass);
    }
  }
  const classOf = (code: string): ErrorClass | undefined => classes.get(code) ?? others(code);
  return {
    codes: Object.assign({}, ...Object.values(table)) as Intersection<Groups<Table>>,
    error: (code, message, more = {}) => ({ code, class: classOf(code) ?? "infrastructure", message, ...more }),
    classOf,
  };
}

/** Codes that this project raises itself. A code is declared under its class, so it has exactly one. */
const OWN = {
  guest: {
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
    /** There is no secret of that name, or no task may see it. */
    secretMissing: "secret_missing",
    usage: "usage",
  },
  limit: {
    cpuLimit: "cpu_limit",
    memoryLimit: "memory_limit",
    /** The guest caused the crash and would again, so a retry cannot help. */
    vmCrashed: "vm_crashed",
    snapshotLimit: "snapshot_limit",
    tooManyCalls: "too_many_calls",
    nestingLimit: "nesting_limit",
    argumentTooLarge: "argument_too_large",
    resultTooLarge: "result_too_large",
    /** A result that nests deeper than `LIMITS.jsonDepth`. */
    resultTooDeep: "result_too_deep",
    inputTooLarge: "input_too_large",
    declaredToolsLimit: "declared_tools_limit",
    budgetExhausted: "budget_exhausted",
  },
  tool: {
    toolError: "tool_error",
    toolTimeout: "tool_timeout",
    /** A tool's result that is not JSON. */
    resultNotSerializable: "result_not_serializable",
    timedOut: "timed_out",
    credentialUnreadable: "credential_unreadable",
  },
  infrastructure: {
    terminated: "terminated",
    engineMissing: "engine_missing",
    versionMissing: "version_missing",
    journalMismatch: "journal_mismatch",
    blobMissing: "blob_missing",
    snapshotReleased: "snapshot_released",
    keysInvalid: "keys_invalid",
    keyMissing: "key_missing",
    sealedValueDamaged: "sealed_value_damaged",
    invalidConfiguration: "invalid_configuration",
    searchAttributesMissing: "search_attributes_missing",
    codecUnavailable: "codec_unavailable",
    /** The database could not be reached, or failed. The operator must look, and a retry may help. */
    storeFailed: "store_failed",
    /** There is no store in the place that the configuration names. */
    storeMissing: "store_missing",
    /** The database works, and refused the data. It would refuse the same again. */
    storeRefused: "store_refused",
    workflowMissing: "workflow_missing",
    recordElsewhere: "record_elsewhere",
    workerLost: "worker_lost",
    devServerLost: "dev_server_lost",
    homeUnusable: "home_unusable",
    stackMismatch: "stack_mismatch",
    devServerFailed: "dev_server_failed",
    temporalCliMissing: "temporal_cli_missing",
    systemError: "system_error",
    unexpected: "unexpected",
    internal: "internal",
  },
} as const satisfies CodesByClass;

type OwnCode = ValueOf<Groups<typeof OWN>>;

/** `taskError` is the constructor of an error: its class follows from its code. */
export const { codes: CODES, error: taskError, classOf } = tableOf<typeof OWN, OwnCode>(OWN);

/** The codes of one service or other area, beside the project's own. Its constructor takes both. */
export function errorTable<const Table extends CodesByClass>(
  table: Table,
): ErrorTable<Table, ValueOf<Groups<Table>> | OwnCode> {
  return tableOf(table, classOf);
}

/** An error whose code a service's upstream chose, as a database does. It is always the service's. */
export function upstreamError(code: string, message: string): TaskError {
  // eslint-disable-next-line no-restricted-syntax -- the one error without a table.
  return { code, class: "tool", message };
}

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
