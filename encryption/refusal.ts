import { CODES, TaskerError } from "../protocol/errors.ts";

/** Why the codec endpoint does not do what was asked, as an HTTP answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A value that this keyring cannot open is the request's fault as far as the server can tell; the keys' own faults are ours. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof TaskerError)) return new Refusal(500, CODES.internal, "The codec endpoint failed.");
  return new Refusal(error.code === CODES.keysInvalid ? 500 : 422, error.code, error.message);
}
