import { invalidRequest, notFound } from "./apiError.ts";
import { inPieces, textOf, type Answer, type Fields } from "./chat.ts";
import { answerTo, hashOf, tokensOf } from "./text.ts";

/** The Responses API: what was created can be retrieved, cancelled and deleted by its id until the stand-in ends. */
export interface Responses {
  create(body: Fields): Answer;
  retrieve(id: string): Fields;
  cancel(id: string): Fields;
  remove(id: string): Fields;
}

export function createResponses(seed: number): Responses {
  const kept = new Map<string, Fields>();

  function retrieve(id: string): Fields {
    const response = kept.get(id);
    if (response) return response;
    throw notFound(`Response with id '${id}' not found.`);
  }

  return {
    retrieve,
    create(body) {
      const prompt = [body["instructions"], inputOf(body["input"])]
        .filter((part) => typeof part === "string")
        .join("\n");
      if (prompt === "") throw invalidRequest("Missing required parameter: 'input'.", "input");
      const text = answerTo(prompt, seed);
      const id = `resp_${hashOf(seed, prompt)}`;
      const [input, output] = [tokensOf(prompt), tokensOf(text)];
      const content = [{ type: "output_text", text, annotations: [] }];
      const message = { id: `msg_${id}`, type: "message", role: "assistant", status: "completed", content };
      const head = { id, object: "response", created_at: 1_700_000_000, model: body["model"], error: null };
      const json = {
        ...{ ...head, status: "completed", incomplete_details: null, output: [message] },
        usage: { input_tokens: input, output_tokens: output, total_tokens: input + output },
      };
      if (body["store"] !== false) kept.set(id, json);
      const started = { ...head, status: "in_progress", output: [], usage: null };
      const deltas = inPieces(text).map((delta) => ({
        type: "response.output_text.delta",
        item_id: message.id,
        delta,
      }));
      const events = [
        ...[{ type: "response.created", response: started }, ...deltas],
        ...[{ type: "response.completed", response: json }],
      ];
      return { json, events: events.map((event, index) => ({ ...event, sequence_number: index })) };
    },
    cancel(id) {
      const cancelled = { ...retrieve(id), status: "cancelled" };
      kept.set(id, cancelled);
      return cancelled;
    },
    remove(id) {
      retrieve(id);
      kept.delete(id);
      return { id, object: "response", deleted: true };
    },
  };
}

function inputOf(input: unknown): string {
  if (!Array.isArray(input)) return textOf(input);
  return input.map((item) => textOf((item as Fields)["content"])).join("\n");
}
