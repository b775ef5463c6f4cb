import { CODES } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";
import { retryAfterMs } from "../retryAfter.ts";
import type { gapiFault } from "./faults.ts";
import { GAPI_CODES, gapiError, passingError } from "./faults.ts";
import { ITSELF } from "./subject.ts";
import type { HttpAnswer } from "./transport.ts";

/** Reasons of a 403 (and 429) that pass within minutes, as the Directory, Gmail, Drive and Calendar APIs give them. */
const PASSING =
  /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|concurrentLimitExceeded|backendError|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED)$/;
/** Those that do not. */
const DAILY = /^(dailyLimitExceeded|dailyLimitExceededUnreg|sharingRateLimitExceeded)$/;

const BY_STATUS: Readonly<Record<number, Parameters<typeof gapiFault>[0]>> = {
  400: CODES.invalidArgument,
  401: GAPI_CODES.unauthenticated,
  403: GAPI_CODES.forbidden,
  404: GAPI_CODES.notFound,
  409: GAPI_CODES.conflict,
  410: GAPI_CODES.gone,
  412: GAPI_CODES.conflict,
};

/** What Google's refusal means, with its own reason and message. `who` is whom the call acted as. */
export function apiFault(tool: string, who: string, { status, headers, body }: HttpAnswer): Error {
  const { reason, message } = googleError(body);
  const said = [status, reason].filter((part) => part !== "").join(" ") + (message === "" ? "" : `: ${message}`);
  const text = `Google answered ${tool} (as ${who}) with ${said}`;
  const wait = retryAfterMs(headers);
  if (DAILY.test(reason)) return gapiError(GAPI_CODES.quotaExhausted, text);
  if (status === 429 || (status === 403 && PASSING.test(reason)))
    return passingError(GAPI_CODES.rateLimited, text, wait);
  if (status >= 500 || status === 408) return passingError(GAPI_CODES.unavailable, text, wait);
  return gapiError(BY_STATUS[status] ?? GAPI_CODES.refused, text + adviceFor(status, who));
}

/** Google's own words do not say that an administrator was wanted, and that none was named. */
function adviceFor(status: number, who: string): string {
  if (status !== 403 || who !== ITSELF) return "";
  return " Where Google wants a user or an administrator, name one to act as: options.subject, or TASKER_GOOGLE_SUBJECT.";
}

/** Google's error objects: the older `{errors: [{reason}]}`, the newer `{status, details: [{reason}]}`, OAuth's, or a page. */
function googleError(body: Buffer): { reason: string; message: string } {
  const text = body.toString("utf8");
  const value = parse(text);
  const error = field(value, "error");
  if (typeof error === "string") return { reason: short(error), message: long(field(value, "error_description")) };
  const older = field(first(field(error, "errors")), "reason");
  const newer = list(field(error, "details"))
    .map((detail) => field(detail, "reason"))
    .find((reason) => typeof reason === "string");
  const reason = [older, newer, field(error, "status")].find((each) => typeof each === "string");
  const page =
    value === undefined
      ? safeText(
          text
            .replaceAll(/<[^>]*>/g, " ")
            .replaceAll(/\s+/g, " ")
            .trim(),
          300,
        )
      : "";
  return { reason: short(reason), message: long(field(error, "message")) || page };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? [...value.values().take(20)] : [];
}

function first(value: unknown): unknown {
  return list(value)[0];
}

function short(value: unknown): string {
  return typeof value === "string" ? safeText(value, 100) : "";
}

function long(value: unknown): string {
  return typeof value === "string" ? safeText(value, 2000) : "";
}
