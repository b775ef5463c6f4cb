import { CODES, errorTable, TaskerError, taskError } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";
import { MappedFault } from "../mappedFault.ts";

/** Codes that `tools.gapi` rejects with, beside the project's own. */
export const { codes: GAPI_CODES, error: gapiFault } = errorTable({
  tool: {
    /** No credential is set up. */
    credentialsMissing: "credentials_missing",
    /** The credential is no JSON, lacks a field, or has a key that cannot be read. */
    credentialsInvalid: "credentials_invalid",
    /** Google no longer takes the credential: the key was deleted, the token revoked. */
    credentialsRevoked: "credentials_revoked",
    /** Google refuses the assertion's time: this machine's clock is off. */
    clockWrong: "clock_wrong",
    /** The subject is no user of a domain that the service account may act for. */
    unknownSubject: "unknown_subject",
    /** The scope was not granted to this client, or the credential's user did not consent to it. */
    scopeNotGranted: "scope_not_granted",
    /** 401, after the token was replaced once. */
    unauthenticated: "unauthenticated",
    /** 403 */
    forbidden: "forbidden",
    /** 404 */
    notFound: "not_found",
    /** 409 and 412 */
    conflict: "conflict",
    /** 410, such as a sync token that has expired. */
    gone: "gone",
    /** Any other refusal. */
    refused: "google_refused",
    /** 429, and 403 with a reason of rates. Retried. */
    rateLimited: "rate_limited",
    /** A quota of the day is used up. Final: it does not pass within the time of a call. */
    quotaExhausted: "quota_exhausted",
    /** 5xx. Retried. */
    unavailable: "google_unavailable",
    /** No connection, or one that broke. Retried. */
    unreachable: "google_unreachable",
    /** A success whose body is not the JSON that it should be. */
    notJson: "google_not_json",
  },
});

type GapiCode = Parameters<typeof gapiFault>[0];

/** An error that trying again does not mend. */
export function gapiError(code: GapiCode, message: string, cause?: unknown): TaskerError {
  return new TaskerError(gapiFault(code, safeText(message, 4000)), cause === undefined ? {} : { cause });
}

/** An error that may pass, after the wait that Google asked for. */
export function passingError(code: GapiCode, message: string, retryAfterMs?: number): MappedFault {
  const error = gapiFault(code, safeText(message, 4000));
  return new MappedFault({ error, retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** The task's own mistake in a call. */
export function invalidCall(tool: string, message: string): TaskerError {
  const error = taskError(CODES.invalidArgument, safeText(`${tool}: ${message}`, 2000));
  return new TaskerError(error);
}
