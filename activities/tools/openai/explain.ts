import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAIError } from "openai";
import { CODES, TaskerError } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";
import { MappedFault } from "../mappedFault.ts";
import { findInCauses, networkFaultCode } from "../networkFault.ts";
import { retryAfterMs } from "../retryAfter.ts";
import { invalidKey, OPENAI_CODES, openaiFault } from "./faults.ts";

interface Circumstances {
  readonly host: string;
  /** The API key, which no message may hold. */
  readonly key: string;
  /** There is another key by now. */
  readonly replaced: boolean;
}

/** What the client library throws, as an error that says what to do and whether trying again may help. */
export function explain(thrown: unknown, { host, key, replaced }: Circumstances): Error {
  const known = findInCauses(thrown, (error) => (error instanceof TaskerError ? error : undefined));
  if (known) return known;
  const { code, message, retryable = false, waitMs } = read(thrown, host, replaced);
  const error = openaiFault(code, safeText(message.replaceAll(key, "[API key]"), 2000));
  return new MappedFault({ error, retryable, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
}

interface Reading {
  readonly code: Parameters<typeof openaiFault>[0];
  readonly message: string;
  readonly retryable?: boolean;
  readonly waitMs?: number | undefined;
}

function read(thrown: unknown, host: string, replaced: boolean): Reading {
  const { unavailable, timeout, badResponse: bad, invalidRequest } = OPENAI_CODES;
  if (thrown instanceof APIConnectionTimeoutError) {
    return { code: timeout, message: `${host} did not answer in time.`, retryable: true };
  }
  const lost = networkFaultCode(thrown);
  if (lost !== undefined) {
    return { code: unavailable, message: `The connection to ${host} failed (${lost}).`, retryable: true };
  }
  if (thrown instanceof APIConnectionError) {
    return { code: unavailable, message: `${host} cannot be reached. Check OPENAI_BASE_URL.` };
  }
  if (thrown instanceof APIError) return readStatus(thrown as ApiFailure, host, replaced);
  if (thrown instanceof SyntaxError) {
    return { code: bad, message: `${host} answered what is not JSON. Check OPENAI_BASE_URL.` };
  }
  // The library's own checks, such as of an id in a path.
  const message = thrown instanceof Error ? thrown.message : "the client library failed";
  if (thrown instanceof OpenAIError) return { code: invalidRequest, message: `openai: ${message}` };
  return { code: CODES.toolError, message: `openai: ${message}` };
}

/** As the library throws it, but with the types that its own loosens. */
type ApiFailure = APIError<number | undefined, Headers | undefined, object | undefined>;

function readStatus(error: ApiFailure, host: string, replaced: boolean): Reading {
  const said = saying(error);
  const { status, code, type } = error;
  const { headers } = error;
  const waitMs = headers && retryAfterMs(headers);
  const advised = headers?.get("x-should-retry");
  const again = (usually: boolean): boolean => (advised === "true" ? true : advised === "false" ? false : usually);

  if (status === 401) {
    // Its message repeats a part of the key.
    const { credentialsInvalid } = OPENAI_CODES;
    return {
      code: credentialsInvalid,
      message: invalidKey(`${host} refuses the API key (401).`).message,
      retryable: replaced,
    };
  }
  if (code === "insufficient_quota" || type === "insufficient_quota") {
    const message = `The account at ${host} has nothing left to spend: ${said}`;
    return { code: OPENAI_CODES.quota, message };
  }
  if (status === 429 || code === "rate_limit_exceeded") {
    const message = `${host} limits the rate: ${said}`;
    // One request that is over the limit by itself never gets below it.
    const hopeless = /request too large/i.test(said);
    return { code: OPENAI_CODES.rateLimited, message, retryable: again(!hopeless), waitMs };
  }
  // Without a status it came in the middle of a stream, with a code of its own unless the server failed.
  const broke = status === undefined && (!code || code === "server_error" || type === "server_error");
  if (broke || (status !== undefined && (status >= 500 || status === 408 || status === 409))) {
    const message = `${host} failed${status === undefined ? "" : ` (${status})`}: ${said}`;
    return { code: OPENAI_CODES.unavailable, message, retryable: again(status !== 501), waitMs };
  }
  if (status !== undefined && status < 400) {
    return {
      code: OPENAI_CODES.badResponse,
      message: `${host} redirects (${status}). Check OPENAI_BASE_URL.`,
    };
  }
  if (status === 403) {
    return { code: OPENAI_CODES.denied, message: `${host} denies this to the API key (403): ${said}` };
  }
  if (status === 404) {
    return { code: OPENAI_CODES.notFound, message: `${host} does not have it (404): ${said}` };
  }
  const message = `${host} refuses the request${status === undefined ? "" : ` (${status})`}: ${said}`;
  return { code: OPENAI_CODES.invalidRequest, message };
}

/** The API's own message, code and parameter. */
function saying({ error, message, code, param }: ApiFailure): string {
  const own = error as { message?: unknown } | string | undefined;
  // Not cut here: `explain` takes the key out first.
  const told = typeof own === "string" ? own : typeof own?.message === "string" ? own.message : message;
  const facts = [code, param === undefined || param === null ? undefined : `parameter ${param}`].filter((fact) => fact);
  return `${told}${facts.length > 0 ? ` [${facts.join(", ")}]` : ""}`;
}
