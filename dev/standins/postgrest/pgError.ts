/** An error as PostgREST answers it: https://docs.postgrest.org/en/stable/references/errors.html */
export class PgError extends Error {
  readonly status: number;
  readonly body: {
    readonly code: string;
    readonly message: string;
    readonly details: string | null;
    readonly hint: string | null;
  };

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly details?: string; readonly hint?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.body = { code, message, details: more.details ?? null, hint: more.hint ?? null };
  }
}

/** What the stand-in leaves out says so, instead of answering something else than PostgREST would. */
export function unsupported(what: string): PgError {
  return new PgError(501, "STAND_IN", `The stand-in has no ${what}.`);
}

export function unknownColumn(table: string, column: string): PgError {
  return new PgError(400, "42703", `column ${table}.${column} does not exist`);
}

export function badSyntax(what: string): PgError {
  return new PgError(400, "PGRST100", `"failed to parse ${what}"`, { details: "unexpected input" });
}
