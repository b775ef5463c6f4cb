import {
  fetch as undiciFetch,
  Headers as UndiciHeaders,
  Response as UndiciResponse,
  type Dispatcher,
  type RequestInit as UndiciInit,
} from "undici";
import { parseJson } from "../../sliced/parseJson.ts";
import { OPENAI_BOUNDS } from "./bounds.ts";
import { tooLarge } from "./faults.ts";
import { asOpenaiError } from "./foreignError.ts";

export interface BodyBounds {
  readonly answerBytes: number;
  readonly streamBytes: number;
}

/**
 * The fetch that the client library is given: it follows no redirect, which would turn a POST into a GET, and its bodies
 * fail with `result_too_large` at their bound, counted after decompression, while they are read. Errors have OpenAI's form.
 */
export function createBoundedFetch(dispatcher: Dispatcher, bounds: BodyBounds = OPENAI_BOUNDS): typeof fetch {
  const bounded = async (input: string | URL, init?: UndiciInit): Promise<UndiciResponse> => {
    const response = await undiciFetch(input, { ...init, dispatcher, redirect: "manual" });
    if (!response.body) return response;
    const streamed = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    const limit = streamed ? bounds.streamBytes : bounds.answerBytes;
    let bytes = 0;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > limit)
          controller.error(tooLarge(`The API's answer is larger than ${limit} bytes. Ask for less at a time.`));
        else controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(counter);
    if (response.ok) {
      const answer = new UndiciResponse(body, { status, statusText, headers });
      // The client library parses its answers by this method; one of 32 MiB would hold the thread for seconds.
      return Object.assign(answer, { json: async () => parseJson(await answer.text()) });
    }
    const said = asOpenaiError(await new UndiciResponse(body).text());
    return new UndiciResponse(said, { status, statusText, headers: withoutLength(headers) });
  };
  // undici's types of the web's fetch and TypeScript's own are two; the objects are the same.
  return bounded as unknown as typeof fetch;
}

/** The body is another one, and decompressed. */
function withoutLength(headers: UndiciHeaders): UndiciHeaders {
  const kept = new UndiciHeaders(headers);
  for (const name of ["content-length", "content-encoding"]) kept.delete(name);
  return kept;
}
