import { gaxios } from "google-auth-library";
import { CODES, TaskerError } from "../../../protocol/errors.ts";
import { MappedFault } from "../mappedFault.ts";
import { findInCauses } from "../networkFault.ts";
import { retryAfterMs } from "../retryAfter.ts";
import { GAPI_BOUNDS } from "./bounds.ts";
import type { TokenRequest } from "./token.ts";
import { GAPI_CODES, gapiError, passingError } from "./faults.ts";
import { safeText } from "../../../protocol/text.ts";

/** What a failed token exchange means, and who has to do what about it. Never a part of the credential. */
export function tokenFault(thrown: unknown, request: TokenRequest, signal: AbortSignal): Error {
  // The libraries wrap what the transport throws, and both wrap an error in a new one.
  const known = findInCauses(thrown, (error) =>
    error instanceof TaskerError || error instanceof MappedFault ? error : undefined,
  );
  if (known) return known;
  const { host } = new URL(request.credential.tokenUri);
  if (signal.aborted) {
    const message = `${host} did not answer the token exchange within ${GAPI_BOUNDS.exchangeTimeoutMs} ms.`;
    return passingError(CODES.toolTimeout, message);
  }
  const response = thrown instanceof gaxios.GaxiosError ? thrown.response : undefined;
  // The libraries' own message could quote what they were given.
  if (!response)
    return gapiError(GAPI_CODES.credentialsInvalid, "The credential for Google could not be used.", thrown);
  const { status, headers } = response;
  if (status === 429) {
    return passingError(
      GAPI_CODES.rateLimited,
      `${host} answered the token exchange 429: too many requests.`,
      retryAfterMs(headers),
    );
  }
  if (status >= 500) {
    return passingError(
      GAPI_CODES.unavailable,
      `${host} answered the token exchange ${status}.`,
      retryAfterMs(headers),
    );
  }
  const { error, description } = oauthError(response.data);
  const words = [error, description.replace(/\.$/, "")].filter((text) => text !== "").join(": ");
  const said = `${host} said ${words || String(status)}`;
  return refusal(error, description, said, headers.get("date"), request);
}

/** By the OAuth error code and, where Google has one code for many things, by its words. */
function refusal(
  error: string,
  description: string,
  said: string,
  date: string | null,
  { credential, subject, scopes }: TokenRequest,
): Error {
  const who = subject === undefined ? "" : ` Subject: ${subject}.`;
  if (error === "unauthorized_client" || error === "access_denied" || error === "invalid_scope") {
    return scopeNotGranted({ credential, subject, scopes }, said);
  }
  if (/short-lived|reasonable timeframe/i.test(description)) {
    return gapiError(GAPI_CODES.clockWrong, `${clockText(date)} Set it right, by NTP best; then try again. ${said}.`);
  }
  if (/invalid email or user id|not a valid email/i.test(description)) {
    const meaning = `There is no user ${subject ?? "of that name"} in the Workspace, or the account is suspended.`;
    return gapiError(GAPI_CODES.unknownSubject, `${meaning} ${said}.`);
  }
  if (error === "invalid_grant" || error === "deleted_client" || error === "disabled_client") {
    const todo =
      credential.kind === "service_account"
        ? `The key of ${credential.email} was deleted or the account disabled: create a new key and store it as services/google.`
        : "The refresh token was revoked or has expired: consent again and store the new one as services/google.";
    return gapiError(GAPI_CODES.credentialsRevoked, `Google no longer takes the credential. ${todo}${who} ${said}.`);
  }
  return gapiError(GAPI_CODES.credentialsInvalid, `Google refuses the credential.${who} ${said}.`);
}

/** Names what to grant, to whom and where. */
export function scopeNotGranted({ credential, subject, scopes }: TokenRequest, said: string): TaskerError {
  const wanted = scopes.join(" ");
  if (credential.kind === "authorized_user") {
    return gapiError(
      GAPI_CODES.scopeNotGranted,
      `The user of OAuth client ${credential.clientId} has not consented to ${wanted}: consent again with that scope and store the new refresh token. ${said}.`,
    );
  }
  const client = credential.clientId ?? `of ${credential.email}`;
  return gapiError(
    GAPI_CODES.scopeNotGranted,
    `Client ID ${client} may not act as ${subject ?? "itself"} with ${wanted}. Grant it in the Admin console: Security, ` +
      `Access and data control, API controls, Domain-wide delegation, Add new; it counts within minutes, at the latest after a day. ${said}.`,
  );
}

/** Google's clock stands in the answer. */
function clockText(date: string | null): string {
  const offMs = Date.now() - Date.parse(date ?? "");
  // The date has whole seconds and was on its way: a few of them say nothing.
  if (Number.isNaN(offMs) || Math.abs(offMs) < 10_000) return "By Google's clock this machine's is wrong.";
  const seconds = Math.round(Math.abs(offMs) / 1000);
  const amount = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `This machine's clock is ${amount} ${offMs > 0 ? "ahead of" : "behind"} Google's.`;
}

function oauthError(data: unknown): { error: string; description: string } {
  const { error, error_description: description } =
    typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  const text = (value: unknown): string => (typeof value === "string" ? safeText(value, 500) : "");
  return { error: text(error), description: text(description) };
}
