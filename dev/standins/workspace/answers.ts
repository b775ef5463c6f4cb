/** What an API answers. A string is sent as it is, everything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whatever refuses a request. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

interface ErrorDetails {
  readonly status?: string;
  /** Of the entry in `errors`, where it differs. */
  readonly message?: string;
  readonly location?: string;
  readonly locationType?: string;
  readonly details?: readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as Google's APIs answer it: https://cloud.google.com/apis/design/errors, with the older `errors` list. */
export function apiError(code: number, reason: string, message: string, more: ErrorDetails = {}): Refusal {
  const { status, details, location, locationType, headers } = more;
  const entry = {
    message: more.message ?? message,
    domain: code === 429 && reason === "quotaExceeded" ? "usageLimits" : "global",
    reason,
    ...(location !== undefined && { location, locationType }),
  };
  const error = { code, message, errors: [entry], ...(status && { status }), ...(details && { details }) };
  return new Refusal({ status: code, body: { error }, ...(headers && { headers }) });
}

export function notFound(message = "Requested entity was not found."): Refusal {
  return apiError(404, "notFound", message, { status: "NOT_FOUND" });
}

export function invalidArgument(message: string): Refusal {
  return apiError(400, "invalidArgument", message, { status: "INVALID_ARGUMENT" });
}

export function rateLimited(retryAfterSeconds: number): Refusal {
  return apiError(429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota).", {
    status: "RESOURCE_EXHAUSTED",
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}

export function serverError(code: number): Refusal {
  if (code === 503)
    return apiError(503, "backendError", "The service is currently unavailable.", { status: "UNAVAILABLE" });
  return apiError(code, "backendError", "Internal error encountered.", { status: "INTERNAL" });
}

/** An error of the token endpoint (RFC 6749, section 5.2). */
export function tokenError(error: string, description: string, status = 400): Refusal {
  return new Refusal({ status, body: { error, error_description: description } });
}

/** What Google's front end answers for a path that no API has. */
export const NO_SUCH_PAGE: Answer = {
  status: 404,
  headers: { "content-type": "text/html; charset=UTF-8" },
  body: "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p>The requested URL was not found on this server. That’s all we know.\n",
};
