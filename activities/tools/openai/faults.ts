import { CODES, errorTable, TaskerError } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";

/** Codes that `tools.openai` rejects with, beside `invalid_argument` and `result_too_large`. */
export const { codes: OPENAI_CODES, error: openaiFault } = errorTable({
  guest: {
    /** No such model, or nothing with this id (404). */
    notFound: "openai_not_found",
    /** The API refuses the arguments (400 and the other 4xx), and says why. */
    invalidRequest: "openai_invalid_request",
  },
  tool: {
    /** There is no API key. */
    credentialsMissing: "credentials_missing",
    /** The API refuses the key (401), or the text cannot be a key. */
    credentialsInvalid: "credentials_invalid",
    /** The key may not do this (403). */
    denied: "openai_denied",
    /** Too many requests or tokens in too short a time (429). Retried when the API says. */
    rateLimited: "openai_rate_limited",
    /** The account has nothing left to spend (429, `insufficient_quota`). */
    quota: "openai_quota_exceeded",
    /** 5xx, or no connection. Retried. */
    unavailable: "openai_unavailable",
    /** The attempt's time is over. Retried. */
    timeout: "openai_timeout",
    /** What came is not what the API answers: not JSON, a redirect, a stream that ends early. */
    badResponse: "openai_bad_response",
  },
});

const KEY_PLACES =
  "It is the keystore's `services/openai` (`npm run keystore -- set openai --namespace services`), or else OPENAI_API_KEY.";

export function missingKey(): TaskerError {
  return new TaskerError(
    openaiFault(OPENAI_CODES.credentialsMissing, safeText(`tools.openai has no API key. ${KEY_PLACES}`, 2000)),
  );
}

/** @param why what is wrong, without the key */
export function invalidKey(why: string): TaskerError {
  return new TaskerError(openaiFault(OPENAI_CODES.credentialsInvalid, safeText(`${why} ${KEY_PLACES}`, 2000)));
}

export function timedOut(host: string, ms: number): TaskerError {
  const message = `${host} did not answer within ${ms} ms.`;
  return new TaskerError(openaiFault(OPENAI_CODES.timeout, message), { retryable: true });
}

export function badResponse(host: string, what: string, retryable = false): TaskerError {
  const message = `${host} did not answer as OpenAI's API does: ${what}. Check OPENAI_BASE_URL.`;
  return new TaskerError(openaiFault(OPENAI_CODES.badResponse, message), { retryable });
}

export function tooLarge(message: string): TaskerError {
  return new TaskerError(openaiFault(CODES.resultTooLarge, safeText(message, 2000)));
}

export function invalidArgument(method: string, message: string): TaskerError {
  return new TaskerError(openaiFault(CODES.invalidArgument, safeText(`openai.${method}: ${message}`, 2000)));
}
