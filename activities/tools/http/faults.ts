import { CODES, errorTable, TaskerError } from "../../../protocol/errors.ts";
import { safeText } from "../../../protocol/text.ts";
import { findInCauses } from "../networkFault.ts";
import { HTTP_BOUNDS } from "./bounds.ts";

/** Codes that `http.fetch` rejects with. An HTTP status is never one: 404 and 500 are answers, as they are for `fetch`. */
export const { codes: HTTP_CODES, error: httpFault } = errorTable({
  guest: {
    /** The text is not a URL, or the URL is not http or https, is too long, or has credentials in it. */
    invalidUrl: "http_invalid_url",
  },
  limit: {
    /** Body or headers of the response are larger than `HTTP_BOUNDS` allows. */
    tooLarge: "http_too_large",
  },
  tool: {
    /** The host is not allowed, or its address is not public. */
    denied: "http_denied",
    /** The name has no address (final), or the name server did not answer (retried). */
    dns: "http_dns",
    /** The connection could not be made. Retried. */
    connect: "http_connect",
    /** The connection broke before the answer was whole. Retried. */
    connectionLost: "http_connection_lost",
    /** The certificate is not valid, or the other side speaks no TLS. */
    tls: "http_tls",
    /** `timeoutMs` is over. Retried only if the author did not set it. */
    timeout: "http_timeout",
    /** More than `HTTP_BOUNDS.redirects`, one that leads nowhere, or any when the author asked for none. */
    badRedirect: "http_bad_redirect",
    /** What came is not HTTP, or its compression is broken. */
    badResponse: "http_bad_response",
    /** `responseType` is "json", the status is a success, and the body is not JSON. */
    notJson: "http_not_json",
  },
});

type HttpCode = Parameters<typeof httpFault>[0];

export function httpError(code: HttpCode, message: string, options?: { retryable: boolean }): TaskerError {
  return new TaskerError(httpFault(code, safeText(message, 2000)), options);
}

export function invalidUrl(message: string): TaskerError {
  return httpError(HTTP_CODES.invalidUrl, message);
}

export function invalidArgument(message: string): TaskerError {
  return new TaskerError(httpFault(CODES.invalidArgument, safeText(`http.fetch: ${message}`, 2000)));
}

export function refusedHost(host: string): TaskerError {
  const name = JSON.stringify(host);
  return httpError(
    HTTP_CODES.denied,
    `Tasks may not fetch from ${name}: the operator can add it to TASKER_HTTP_ALLOW.`,
  );
}

/** `refusal` as AddressRules gives it. The address itself is not told: what a private name resolves to is not the task's business. */
export function refusedAddress(host: string, refusal: string): TaskerError {
  return httpError(
    HTTP_CODES.denied,
    `Tasks may not fetch from ${JSON.stringify(host)}: it is at ${refusal}. The operator can add the host or its network to TASKER_HTTP_PRIVATE.`,
  );
}

export function tooLargeBody(host: string): TaskerError {
  const message = `The response of ${host} is larger than ${HTTP_BOUNDS.responseBytes} bytes. Ask for less at a time.`;
  return httpError(HTTP_CODES.tooLarge, message);
}

export function timedOut(host: string, timeoutMs: number, chosen: boolean): TaskerError {
  const message = `${host} did not answer within ${timeoutMs} ms. Set timeoutMs, at most ${HTTP_BOUNDS.maxTimeoutMs}, to wait longer.`;
  return httpError(HTTP_CODES.timeout, message, { retryable: !chosen });
}

/** What `fetch` throws ("fetch failed", with the truth in its causes) as an error that says what to do. */
export function explainFault(thrown: unknown, host: string): TaskerError {
  const known = findInCauses(thrown, (error) => (error instanceof TaskerError ? error : undefined));
  if (known) return known;
  const code =
    findInCauses(thrown, (error) => ("code" in error && typeof error.code === "string" ? error.code : undefined)) ?? "";
  if (code === "ENOTFOUND" || code === "ENODATA") {
    return httpError(HTTP_CODES.dns, `There is no host ${host}.`);
  }
  if (code.startsWith("EAI_") || code.startsWith("ESERVFAIL")) {
    return retried(HTTP_CODES.dns, `The name ${host} could not be looked up (${code}).`);
  }
  if (CONNECT.has(code)) return retried(HTTP_CODES.connect, `${host} could not be reached (${code}).`);
  if (LOST.has(code)) return retried(HTTP_CODES.connectionLost, `The connection to ${host} broke (${code}).`);
  if (/HEADERS?_OVERFLOW/.test(code)) {
    const message = `The headers of ${host}'s response are larger than ${HTTP_BOUNDS.headerBytes} bytes.`;
    return httpError(HTTP_CODES.tooLarge, message);
  }
  if (/CERT|SIGNED|^ERR_(TLS|SSL)|EPROTO|^UNABLE_TO/.test(code)) {
    return httpError(HTTP_CODES.tls, `No trusted TLS connection to ${host} (${code}).`);
  }
  const badPort = findInCauses(thrown, (error) =>
    error instanceof Error && error.message === "bad port" ? true : undefined,
  );
  if (badPort)
    return httpError(HTTP_CODES.denied, `fetch refuses this port of ${host}: it belongs to another protocol.`);
  return httpError(HTTP_CODES.badResponse, `${host} did not answer proper HTTP${code && ` (${code})`}.`);
}

function retried(code: HttpCode, message: string): TaskerError {
  return httpError(code, message, { retryable: true });
}

const CONNECT = new Set([
  ...["ECONNREFUSED", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "ETIMEDOUT"],
  ...["EMFILE", "ENFILE", "UND_ERR_CONNECT_TIMEOUT"],
]);
const LOST = new Set([
  ...["ECONNRESET", "ECONNABORTED", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"],
  ...["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "HPE_INVALID_EOF_STATE"],
]);
