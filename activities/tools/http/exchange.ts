import { fetch, Headers, type Dispatcher, type Response } from "undici";
import { HTTP_BOUNDS } from "./bounds.ts";
import { explainFault, HTTP_CODES, httpError, refusedHost } from "./faults.ts";
import type { HostRules } from "./hostRules.ts";
import { parseUrl, type HttpRequest } from "./request.ts";

const REDIRECTS = [301, 302, 303, 307, 308];
/**
 * The only headers that follow a redirect to another origin. Credentials travel under any name (`x-api-key`), so a header that
 * is not known to be harmless stays with the origin that the author named. The idempotency key goes along: it is not a
 * credential, and an effect behind a redirect must not happen twice.
 */
const PORTABLE: ReadonlySet<string> = new Set([
  ...["accept", "accept-language", "content-type", "content-language", "content-encoding", "range", "user-agent"],
  ...["cache-control", "idempotency-key"],
]);
const BODY_HEADERS = ["content-type", "content-encoding", "content-language", "content-location"];

export interface Exchange {
  readonly response: Response;
  /** Where the answer came from in the end. */
  readonly url: URL;
  readonly redirected: boolean;
}

/**
 * Sends the request and follows redirects by hand, as fetch would, but with every hop checked against the allow-list
 * (the agent checks each address). Throws a TaskerError.
 */
export async function exchange(
  request: HttpRequest,
  allowed: HostRules,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Exchange> {
  let { url, method, body } = request;
  const headers = new Headers(request.headers);
  for (let hops = 0; ; hops++) {
    if (!allowed.allows(url.hostname)) throw refusedHost(url.hostname);
    const { host } = url;
    const response = await fetch(url, {
      ...{ method, body, headers, dispatcher, signal },
      redirect: "manual",
      credentials: "omit",
    }).catch((thrown: unknown) => {
      throw explainFault(thrown, host);
    });
    const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
    if (location === null || request.redirect === "manual") return { response, url, redirected: hops > 0 };

    await response.body?.cancel();
    if (request.redirect === "error") throw badRedirect(`${host} redirects, and init.redirect is "error".`);
    if (hops === HTTP_BOUNDS.redirects)
      throw badRedirect(`More than ${HTTP_BOUNDS.redirects} redirects; the last from ${host}.`);
    const next = parseUrl(location, url);
    if (next.origin !== url.origin) {
      for (const name of [...headers.keys()]) if (!PORTABLE.has(name)) headers.delete(name);
    }
    if (becomesGet(response.status, method)) {
      method = "GET";
      body = null;
      BODY_HEADERS.forEach((name) => headers.delete(name));
    }
    url = next;
  }
}

/** By the fetch standard: 303 always, 301 and 302 for POST. */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function badRedirect(message: string): Error {
  return httpError(HTTP_CODES.badRedirect, message);
}
