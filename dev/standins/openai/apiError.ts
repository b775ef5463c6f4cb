/** An answer that is an error, in the form that OpenAI gives it. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: { readonly error: Readonly<Record<string, unknown>> };
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: { message: string; type: string; code?: string; param?: string },
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(error.message);
    this.status = status;
    this.body = { error: { ...error, param: error.param ?? null, code: error.code ?? null } };
    this.headers = headers;
  }
}

export function invalidRequest(message: string, param?: string): ApiError {
  return new ApiError(400, { message, type: "invalid_request_error", ...(param !== undefined && { param }) });
}

export function notFound(message: string, code?: string): ApiError {
  return new ApiError(404, { message, type: "invalid_request_error", ...(code !== undefined && { code }) });
}

export function wrongKey(given: string): ApiError {
  // As the original does, it shows both ends of the key.
  const shown = given.length > 12 ? `${given.slice(0, 8)}****${given.slice(-4)}` : "****";
  const message = `Incorrect API key provided: ${shown}. You can find your API key in your account.`;
  return new ApiError(401, { message, type: "invalid_request_error", code: "invalid_api_key" });
}

/** What the next requests meet instead of an answer. */
export type OpenaiFault =
  | { readonly kind: "rate_limit"; readonly retryAfterMs?: number }
  | { readonly kind: "quota" }
  | { readonly kind: "status"; readonly status: number }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Answers 200 with this body and type, whatever it is. */
  | { readonly kind: "body"; readonly body: string; readonly type: string }
  /** Streams end after their first events; other answers break off. */
  | { readonly kind: "cut" };

/** The error that a fault is; undefined for those that are no error of the API's. */
export function errorOf(fault: OpenaiFault): ApiError | undefined {
  switch (fault.kind) {
    case "rate_limit": {
      const ms = fault.retryAfterMs ?? 1_000;
      const error = { message: "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded" };
      return new ApiError(429, error, { "retry-after": String(Math.ceil(ms / 1000)), "retry-after-ms": String(ms) });
    }
    case "quota": {
      const message = "You exceeded your current quota, please check your plan and billing details.";
      return new ApiError(429, { message, type: "insufficient_quota", code: "insufficient_quota" });
    }
    case "status":
      return new ApiError(fault.status, { message: "The server had an error.", type: "server_error" });
    case "hang":
    case "body":
    case "cut":
      return undefined;
  }
}
