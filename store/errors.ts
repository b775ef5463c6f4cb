import { CODES, TaskerError, taskError } from "../protocol/errors.ts";

/** Data exception, cardinality, constraint, program limit, feature: classes of SQLSTATE (PostgreSQL, appendix A). */
const DATA_CLASSES: ReadonlySet<string> = new Set(["0A", "21", "22", "23", "54"]);
/** SQLITE_TOOBIG, _CONSTRAINT, _MISMATCH, _RANGE: the low byte of a result code. */
const DATA_RESULTS: ReadonlySet<number> = new Set([18, 19, 20, 25]);
/** Node's own refusals of a parameter: they come before the database. */
const DATA_NAMES: ReadonlySet<string> = new Set(["TypeError", "RangeError", "DataCloneError"]);

/** Whether a driver's error is about the data that it was given, not about the database. */
function isAboutData(error: unknown): boolean {
  const code = property(error, "code");
  if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return DATA_CLASSES.has(code.slice(0, 2));
  const result = property(error, "errcode");
  if (typeof result === "number") return DATA_RESULTS.has(result & 0xff);
  // An error with a code is of the system or the network, whatever its class.
  return error instanceof Error && DATA_NAMES.has(error.name) && (code === undefined || /^ERR_/.test(String(code)));
}

/**
 * What a driver threw, as an infrastructure error.
 * `where` names the database without its password: a file, or host, port and database.
 */
export function storeError(where: string, error: unknown, options: { retryable?: boolean } = {}): TaskerError {
  if (error instanceof TaskerError) return error;
  if (isAboutData(error)) {
    const message = `The store (${where}) refused what it was given: ${describe(error)}`;
    return new TaskerError(taskError(CODES.storeRefused, message), { retryable: false, cause: error });
  }
  const message = `The store (${where}) failed: ${describe(error)}`;
  return new TaskerError(taskError(CODES.storeFailed, message), { ...options, cause: error });
}

/** The program is not the one that makes the store, and it is not there. */
export function storeMissing(where: string): TaskerError {
  const message =
    `There is no store here yet: looked in ${where}. \`npm start\` makes it, and so does \`npm run publish\`. ` +
    "If it is in another folder, run the command there, or set TASKER_HOME, TASKER_DATABASE_FILE or TASKER_DATABASE_URL.";
  return new TaskerError(taskError(CODES.storeMissing, message), { retryable: false });
}

export function closedError(where: string): TaskerError {
  // Retryable: this process ends, and another worker goes on with what it did.
  const message = `The store (${where}) is closed.`;
  return new TaskerError(taskError(CODES.storeFailed, message));
}

/** A caller's mistake: the same call can never succeed. */
export function invalidArgument(message: string): TaskerError {
  return new TaskerError(taskError(CODES.invalidArgument, message));
}

/** Whether a row was refused because the row that it belongs to is not there: Postgres 23503, SQLite 787. */
export function isForeignKeyViolation(error: unknown): boolean {
  const cause: unknown = error instanceof TaskerError ? error.cause : error;
  return property(cause, "code") === "23503" || property(cause, "errcode") === 787;
}

/** Whether this column was given null and takes none: Postgres 23502, SQLite 1299. */
export function isNullRefused(error: unknown, column: string): boolean {
  const cause: unknown = error instanceof TaskerError ? error.cause : error;
  const isNull = property(cause, "code") === "23502" || property(cause, "errcode") === 1299;
  return isNull && cause instanceof Error && cause.message.includes(column);
}

/** Whether Postgres rolled a transaction back only because of others beside it. */
export function isConcurrencyFailure(error: unknown): boolean {
  const code = property(error, "code");
  return code === "40001" || code === "40P01";
}

/** Connecting to a name with several addresses fails with an AggregateError whose own message is empty. */
function describe(error: unknown): string {
  if (isLocked(error)) {
    return "another process has kept it locked for too long. Look which one writes to it (a backup, a copy, a debugger), and try again.";
  }
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.message || (property(error, "code")?.toString() ?? error.name);
}

/** SQLITE_BUSY and SQLITE_LOCKED, with their extended codes. */
export function isLocked(error: unknown): boolean {
  const errcode = property(error, "errcode");
  return typeof errcode === "number" && ((errcode & 0xff) === 5 || (errcode & 0xff) === 6);
}

function property(value: unknown, name: "code" | "errcode"): string | number | undefined {
  if (typeof value !== "object" || value === null || !(name in value)) return undefined;
  const found = (value as Record<string, unknown>)[name];
  return typeof found === "string" || typeof found === "number" ? found : undefined;
}
