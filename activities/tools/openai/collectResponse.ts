import { APIError } from "openai";
import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";
import { badResponse } from "./faults.ts";

/**
 * The response that a stream of the Responses API ends with, which its last event holds whole.
 * Throws `openai_bad_response`, retryable, when the stream ends without it, and an APIError for the API's `error` event.
 */
export async function collectResponse(events: AsyncIterable<ResponseStreamEvent>, host: string): Promise<Response> {
  for await (const event of events) {
    // The others bring pieces of what the last one holds whole.
    if (event.type === "error") throw new APIError(undefined, event, undefined, undefined);
    if (
      event.type === "response.completed" ||
      event.type === "response.incomplete" ||
      event.type === "response.failed"
    ) {
      return withOutputText(event.response);
    }
  }
  throw badResponse(host, "the stream ended before the response was complete", true);
}

/** The library adds `output_text` to what it answers without a stream. */
function withOutputText(response: Response): Response {
  const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []));
  const texts = parts.flatMap((part) => (part.type === "output_text" ? [part.text] : []));
  return { ...response, output_text: texts.join("") };
}
