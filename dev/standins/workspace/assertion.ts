import { verify, type KeyObject } from "node:crypto";
import { tokenError } from "./answers.ts";

/** The claims of an assertion, as far as they could be checked without knowing anybody. */
export interface Assertion {
  /** Whom the service account wants to act as. */
  readonly subject?: string;
  readonly scopes: readonly string[];
}

export interface AssertionChecks {
  readonly issuer: string;
  /** Undefined once the key was revoked. */
  readonly publicKey: KeyObject | undefined;
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Client libraries know Google's address and put it into `aud` even where they send the assertion elsewhere. */
const GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token";
const HOUR_S = 3_600;
/** How much a sender's clock may differ, seconds; Google does not say, five minutes is customary. */
const SKEW_S = 300;

/** Reads an RS256 assertion (RFC 7523); throws Google's refusals. */
export function readAssertion(assertion: string, checks: AssertionChecks): Assertion {
  const { sub, scope, aud, iss, iat, exp, ...signed } = parts(assertion);
  if (iss !== checks.issuer) throw tokenError("invalid_grant", "Invalid grant: account not found");
  const valid = checks.publicKey && verify("RSA-SHA256", signed.bytes, checks.publicKey, signed.signature);
  if (!valid) throw tokenError("invalid_grant", "Invalid JWT Signature.");
  checkTimes(Number(iat), Number(exp), checks.now / 1_000);
  if (aud !== checks.audience && aud !== GOOGLE_AUDIENCE) {
    throw tokenError("invalid_grant", `Invalid JWT: Failed audience check. The right audience is ${GOOGLE_AUDIENCE}`);
  }
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  if (scopes.length === 0) throw tokenError("invalid_scope", "Empty or missing scope not allowed.");
  return { ...(typeof sub === "string" && { subject: sub }), scopes };
}

function parts(assertion: string): Record<string, unknown> & { readonly bytes: Buffer; readonly signature: Buffer } {
  const [header = "", payload = "", signature = "", ...rest] = assertion.split(".");
  const { alg } = parsed(header);
  if (rest.length > 0 || signature === "" || alg !== "RS256") throw tokenError("invalid_grant", "Bad Request");
  return {
    ...parsed(payload),
    bytes: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

function checkTimes(issued: number, expires: number, now: number): void {
  const near = issued <= now + SKEW_S && expires > now - SKEW_S;
  if (near && expires > issued && expires - issued <= HOUR_S) return;
  const message =
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
  throw tokenError("invalid_grant", message);
}

function parsed(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw tokenError("invalid_grant", "Bad Request");
}
