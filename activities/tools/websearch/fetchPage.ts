import { fetch, type Dispatcher, type Response } from "undici";
import { retryAfterMs } from "../retryAfter.ts";
import { WEBSEARCH_BOUNDS } from "./bounds.ts";
import { blocked, changed, timedOut, unavailable, unreachable } from "./faults.ts";

/** Who asks, without passing for a browser. A request without `accept` is always taken for a bot's. */
const HEADERS = {
  "user-agent": "Mozilla/5.0 (compatible; Tasker)",
  accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
  "accept-language": "en-US,en;q=0.9",
};
const BLOCKING = [202, 403, 418, 429];

export interface PageRequest {
  readonly url: URL;
  readonly form: URLSearchParams;
  /** Of the call; decides whether a block is worth another attempt. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** From connecting to the last byte. */
  readonly pageMs: number;
}

/** Sends a form as the page itself would and answers the HTML. Throws what `faults.ts` names. */
export async function fetchPage(request: PageRequest, dispatcher: Dispatcher): Promise<string> {
  const { host } = request.url;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.pageMs);
  try {
    const response = await fetch(request.url, {
      method: "POST",
      body: request.form,
      headers: HEADERS,
      redirect: "manual",
      dispatcher,
      signal: AbortSignal.any([request.signal, deadline.signal]),
    });
    assertPage(response, host, request.attempt);
    return await readText(response, host);
  } catch (thrown) {
    request.signal.throwIfAborted();
    if (deadline.signal.aborted) throw timedOut(host, request.pageMs);
    throw thrown instanceof TypeError ? unreachable(host, thrown) : thrown;
  } finally {
    clearTimeout(timer);
    // A body that nobody read must not hold its connection.
    deadline.abort();
  }
}

function assertPage({ status, headers }: Response, host: string, attempt: number): void {
  const wish = retryAfterMs(headers);
  if (BLOCKING.includes(status)) throw blocked(host, `HTTP ${status}`, attempt, wish);
  if (status >= 500) throw unavailable(host, `HTTP ${status}`, wish);
  if (status >= 300 && status < 400) {
    // A query that starts with an exclamation mark is a bang: DuckDuckGo sends it on to another site.
    throw changed(host, `it redirects (HTTP ${status}), as it does for a query that begins with "!"`);
  }
  if (status !== 200) throw changed(host, `HTTP ${status}`);
  const type = headers.get("content-type") ?? "no content type";
  if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) throw changed(host, `its content type is ${type}`);
}

async function readText(response: Response, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > WEBSEARCH_BOUNDS.pageBytes)
      throw changed(host, `it is larger than ${WEBSEARCH_BOUNDS.pageBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}
