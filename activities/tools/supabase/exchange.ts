import { fetch, type Dispatcher, type Response as Answer } from "undici";
import { SUPABASE_BOUNDS } from "./bounds.ts";
import { networkFault, refusal, tooLarge, type Target } from "./faults.ts";

type Fetch = typeof globalThis.fetch;

export interface Exchange {
  /** For the client library. */
  readonly fetch: Fetch;
  /** Why the request failed, whatever the library makes of that; undefined when it was answered with a success. */
  fault(): Error | undefined;
}

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  /** Sent beside the library's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * The fetch of one call: it reads at most `SUPABASE_BOUNDS.answerBytes`, follows no redirect (the key would go along), and
 * keeps what went wrong, for the library turns every fault into text.
 */
export function createExchange(target: Target, options: ExchangeOptions): Exchange {
  let failed: Error | undefined;

  const send: Fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(options.headers)) headers.set(name, value);
    try {
      const { dispatcher, signal } = options;
      const answer = await fetch(input as string, {
        ...{ method: init?.method ?? "GET", headers: [...headers], body: (init?.body ?? null) as string | null },
        ...{ dispatcher, signal, redirect: "manual" },
      });
      const body = await readBody(answer, target);
      if (!answer.ok) {
        const text = init?.method === "HEAD" ? "with head no reason comes, without it one does" : body.toString("utf8");
        throw refusal(answer.status, new Headers([...answer.headers]), text, target);
      }
      return asResponse(answer, body);
    } catch (thrown) {
      failed = options.signal.aborted ? (options.signal.reason as Error) : networkFault(thrown, target);
      throw failed;
    }
  };
  return { fetch: send, fault: () => failed };
}

async function readBody(answer: Answer, target: Target): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    if (bytes > SUPABASE_BOUNDS.answerBytes) throw tooLarge(target);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The library takes Node's own Response, which refuses a body where HTTP has none, be it empty. */
function asResponse({ status, statusText, headers }: Answer, body: Buffer): Response {
  return new Response(body.length === 0 ? null : new Uint8Array(body), { status, statusText, headers: [...headers] });
}
