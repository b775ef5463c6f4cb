import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { stringifyJson } from "../../sliced/stringifyJson.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

/** What googleapis hands to its authentication: the request as it worked it out. */
export interface LibraryRequest {
  readonly url: string;
  readonly method: string;
  readonly params?: object;
  readonly paramsSerializer?: (params: object) => string;
  readonly headers: Headers;
  readonly data?: unknown;
}

/** Sends one API request, with another token or none each time. */
export interface ApiRequest {
  send(token: string | undefined, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface ApiRequestOptions {
  readonly transport: Transport;
  /** Takes the place of `https://….googleapis.com`, with its path. */
  readonly baseUrl: string | undefined;
  readonly idempotencyKey: string;
}

/** Makes the library's request one that can be sent again: an upload's stream is read into memory (arguments are bounded). */
export async function createApiRequest(
  request: LibraryRequest,
  { transport, baseUrl, idempotencyKey }: ApiRequestOptions,
): Promise<ApiRequest> {
  const url = new URL(request.url);
  if (request.params) url.search = request.paramsSerializer?.(request.params) ?? "";
  const headers = new Headers(request.headers);
  // Google ignores it; a proxy or a log can tell attempts at one call from calls.
  headers.set("idempotency-key", idempotencyKey);
  // Google compresses answers for agents whose name says gzip.
  headers.set("user-agent", "tasker (gzip)");
  const target = baseUrl === undefined ? url : rebased(url, baseUrl);
  // APIs share paths: `/v1/…` alone does not say whose it is.
  if (target !== url) headers.set("x-forwarded-host", url.host);
  const body = await bodyOf(request.data, headers);
  return {
    send(token, signal) {
      const authorized = new Headers(headers);
      if (token !== undefined) authorized.set("authorization", `Bearer ${token}`);
      return transport.send(target, { method: request.method, headers: authorized, body, signal });
    },
  };
}

function rebased(url: URL, baseUrl: string): URL {
  const base = new URL(baseUrl);
  base.pathname = base.pathname.replace(/\/$/, "") + url.pathname;
  base.search = url.search;
  return base;
}

async function bodyOf(data: unknown, headers: Headers): Promise<string | Uint8Array | undefined> {
  if (data === undefined || data === null) return undefined;
  if (typeof data === "string") return data;
  if (data instanceof Readable) return buffer(data);
  headers.set("content-type", "application/json");
  return stringifyJson(data);
}
