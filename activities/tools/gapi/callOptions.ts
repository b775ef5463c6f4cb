import type { Json } from "../../../protocol/json.ts";
import { unknownOption } from "../unknownOption.ts";
import { GAPI_BOUNDS } from "./bounds.ts";
import { invalidCall } from "./faults.ts";

/** What the second argument of every method may say. */
export interface CallOptions {
  /** Whom to act as; null is the service account itself, undefined is not said. */
  readonly subject: string | null | undefined;
  /** Undefined: as the method needs. */
  readonly scopes: readonly string[] | undefined;
  /** Of one attempt, milliseconds. */
  readonly timeoutMs: number;
}

const KNOWN = ["subject", "scopes", "timeoutMs"];

/** Throws `invalid_argument` that names what is wrong. */
export function parseOptions(tool: string, value: Json | undefined): CallOptions {
  const options = asObject(tool, "options", value);
  const unknown = unknownOption(options, KNOWN);
  if (unknown !== undefined) throw invalidCall(tool, `${unknown} Parameters are in the first argument.`);
  const { subject, scopes } = options;
  return {
    subject: parseSubject(tool, subject),
    scopes: scopes === undefined ? undefined : parseScopes(tool, scopes),
    timeoutMs: parseTimeout(tool, options["timeoutMs"]),
  };
}

/** A scope or an array of them; `gmail.readonly` is short for `https://www.googleapis.com/auth/gmail.readonly`. */
export function parseScopes(tool: string, value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > GAPI_BOUNDS.scopes) {
    throw invalidCall(tool, `it takes 1 to ${GAPI_BOUNDS.scopes} scopes.`);
  }
  return list.map((scope) => {
    if (typeof scope !== "string" || !/^[\x21-\x7e]{1,300}$/.test(scope)) {
      throw invalidCall(
        tool,
        "a scope must be a string without spaces, as https://www.googleapis.com/auth/gmail.readonly.",
      );
    }
    const isWhole = scope.includes(":") || ["openid", "email", "profile"].includes(scope);
    return isWhole ? scope : `https://www.googleapis.com/auth/${scope}`;
  });
}

export function asObject(tool: string, what: string, value: Json | undefined): Readonly<Record<string, Json>> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw invalidCall(tool, `its ${what} must be an object.`);
}

function parseSubject(tool: string, value: Json | undefined): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value === "string" && /^[^\s@]{1,200}@[^\s@]{1,250}$/.test(value)) return value;
  throw invalidCall(
    tool,
    "options.subject must be the e-mail address of a user, or null for the service account itself.",
  );
}

function parseTimeout(tool: string, value: Json | undefined): number {
  if (value === undefined) return GAPI_BOUNDS.timeoutMs;
  if (typeof value === "number" && value >= 1 && value <= GAPI_BOUNDS.maxTimeoutMs) return Math.ceil(value);
  throw invalidCall(tool, `options.timeoutMs must be a number from 1 to ${GAPI_BOUNDS.maxTimeoutMs}.`);
}
