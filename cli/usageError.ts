/** The command line says something that cannot be done. `hint` says what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, code = "usage") {
    super(message);
    this.hint = hint;
    this.code = code;
  }
}
