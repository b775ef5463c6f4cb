import { EnvHttpProxyAgent, fetch } from "undici";
import { CODES, TaskerError } from "../../../protocol/errors.ts";
import { findInCauses } from "../networkFault.ts";
import { GAPI_BOUNDS } from "./bounds.ts";
import { GAPI_CODES, gapiFault, passingError } from "./faults.ts";

export interface HttpRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** The answer's bound; `GAPI_BOUNDS.responseBytes` unless set. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Buffer;
}

/** Sends requests over a bounded number of kept connections. It retries nothing: that is Temporal's part. */
export interface Transport {
  /** Answers whatever the status is. Throws a fault that says what failed, or the signal's reason. */
  send(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** As the Google libraries do, it takes the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
export function createTransport(): Transport {
  const dispatcher = new EnvHttpProxyAgent({
    connections: GAPI_BOUNDS.connections,
    // The call's own deadline rules: undici's must not come first.
    headersTimeout: GAPI_BOUNDS.maxTimeoutMs,
    bodyTimeout: GAPI_BOUNDS.maxTimeoutMs,
  });
  return {
    async send(url, { method, headers, body, signal, maxBytes = GAPI_BOUNDS.responseBytes }) {
      try {
        const response = await fetch(url, {
          ...{ method, dispatcher, signal, headers: [...headers], body: body ?? null },
          // What holds a credential or has an effect goes where it was sent to, and nowhere else.
          redirect: method === "GET" ? "follow" : "manual",
        });
        const { status, headers: answered } = response;
        const read = await readBounded((response.body ?? []) as AsyncIterable<Uint8Array>, maxBytes);
        return { status, headers: answered, body: read };
      } catch (thrown) {
        signal.throwIfAborted();
        throw networkFault(thrown, url.host);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

async function readBounded(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early cancels the body, and with it the connection.
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    read.push(chunk);
  }
  return Buffer.concat(read, bytes);
}

function tooLarge(maxBytes: number): TaskerError {
  return new TaskerError(
    gapiFault(
      CODES.resultTooLarge,
      `Google's answer is larger than ${maxBytes} bytes. Ask for less at a time: a smaller page, or only some \`fields\`.`,
    ),
  );
}

/** A connection that fails may come about later, whatever it failed of; only a name that does not exist never will. */
function networkFault(thrown: unknown, host: string): Error {
  if (thrown instanceof TaskerError) return thrown;
  const code = findInCauses(thrown, (error) =>
    "code" in error && typeof error.code === "string" ? error.code : undefined,
  );
  const message = `${host} could not be reached or broke the connection${code === undefined ? "" : ` (${code})`}.`;
  if (code === "ENOTFOUND") {
    return new TaskerError(gapiFault(GAPI_CODES.unreachable, `There is no host ${host}.`));
  }
  return passingError(GAPI_CODES.unreachable, message);
}
