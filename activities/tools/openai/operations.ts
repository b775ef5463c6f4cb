import type { OpenAI } from "openai";
import type { Json } from "../../../protocol/json.ts";
import type { MethodKind } from "../service.ts";
import { OPENAI_BOUNDS } from "./bounds.ts";
import { collectChat } from "./collectChat.ts";

type Options = Parameters<OpenAI["models"]["retrieve"]>[1];
type Fields = { readonly [name: string]: Json };

/** One method of the client library: what it takes before its options, and how it is called. */
export interface Operation {
  /** What costs money counts as an effect. */
  readonly kind: MethodKind;
  readonly attemptMs: number;
  readonly takes: readonly ("body" | "id" | "query")[];
  /** Answers images, which are counted and may be too large for a result. */
  readonly images?: true;
  send(client: OpenAI, args: Arguments, options: Options, host: string): Promise<unknown>;
}

/** Checked: those that the operation takes are there. The API, not the compiler, says what may stand in them. */
export interface Arguments {
  readonly body: Fields;
  readonly id: string;
  readonly query: Fields;
}

const { longMs, mediumMs, shortMs } = OPENAI_BOUNDS;

/** The methods behind `tools.openai`, named as the client library names them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "chat.completions.create": {
    ...{ kind: "effect", attemptMs: longMs, takes: ["body"] },
    async send({ chat }, { body }, options, host) {
      if (body["stream"] !== true) return chat.completions.create(body as unknown as PlainChat, options);
      const asked = { ...body, stream_options: { ...fieldsOf(body["stream_options"]), include_usage: true } };
      return collectChat(await chat.completions.create(asked as unknown as StreamedChat, options), host);
    },
  },
  "responses.create": {
    ...{ kind: "effect", attemptMs: longMs, takes: ["body"] },
    async send({ responses }, { body }, options, host) {
      if (body["stream"] !== true) return responses.create(body as unknown as PlainResponse, options);
      const { collectResponse } = await import("./collectResponse.ts");
      return collectResponse(await responses.create(body as unknown as StreamedResponse, options), host);
    },
  },
  "responses.retrieve": {
    ...{ kind: "read", attemptMs: shortMs, takes: ["id", "query"] },
    // As it stands: a stream would wait for its end, and a task that waits sleeps instead.
    send: ({ responses }, { id, query }, options) => responses.retrieve(id, { ...query, stream: false }, options),
  },
  "responses.cancel": {
    ...{ kind: "effect", attemptMs: shortMs, takes: ["id"] },
    send: ({ responses }, { id }, options) => responses.cancel(id, options),
  },
  "responses.delete": {
    ...{ kind: "effect", attemptMs: shortMs, takes: ["id"] },
    send: ({ responses }, { id }, options) => responses.delete(id, options),
  },
  "embeddings.create": {
    ...{ kind: "effect", attemptMs: mediumMs, takes: ["body"] },
    // Unless told otherwise the library asks for base64 and makes typed arrays of it, which JSON writes as objects.
    send: ({ embeddings }, { body }, options) => {
      const asked = { ...body, encoding_format: body["encoding_format"] ?? "float" };
      return embeddings.create(asked as unknown as OpenAI.EmbeddingCreateParams, options);
    },
  },
  "moderations.create": {
    ...{ kind: "read", attemptMs: mediumMs, takes: ["body"] },
    send: ({ moderations }, { body }, options) =>
      moderations.create(body as unknown as OpenAI.ModerationCreateParams, options),
  },
  "models.list": {
    ...{ kind: "read", attemptMs: shortMs, takes: [] },
    // The library's page holds its client's options as well.
    send: async ({ models }, _, options) => ({ object: "list", data: (await models.list(options)).data }),
  },
  "models.retrieve": {
    ...{ kind: "read", attemptMs: shortMs, takes: ["id"] },
    send: ({ models }, { id }, options) => models.retrieve(id, options),
  },
  "images.generate": {
    ...{ kind: "effect", attemptMs: longMs, takes: ["body"], images: true },
    send({ images }, { body }, options) {
      // A stream of images shows them unfinished first; what it ends with is this answer.
      const asked = { ...body, stream: false, partial_images: undefined };
      return images.generate(asked as unknown as PlainImages, options);
    },
  },
};

const FILE = "It takes a file, and a task can only send JSON.";
const CHAT = "It is a helper inside the client library: use tools.openai.chat.completions.create.";
const RESPONSE = "It is a helper inside the client library: use tools.openai.responses.create.";

/** Methods of the library that are none of ours, and why. */
export const NOT_OFFERED: ReadonlyMap<string, string> = new Map([
  ["images.edit", FILE],
  ["images.createVariation", FILE],
  ["files.create", FILE],
  ["audio.transcriptions.create", FILE],
  ["audio.translations.create", FILE],
  ["audio.speech.create", "It answers a file, and a result can only be JSON."],
  ["chat.completions.stream", CHAT],
  ["chat.completions.parse", CHAT],
  ["chat.completions.runTools", CHAT],
  ["responses.stream", RESPONSE],
  ["responses.parse", RESPONSE],
]);

// The boundary where a guest's JSON is taken for what the API expects: the API itself checks it, and says what is wrong.
type PlainChat = OpenAI.ChatCompletionCreateParamsNonStreaming;
type StreamedChat = OpenAI.ChatCompletionCreateParamsStreaming;
type PlainResponse = OpenAI.Responses.ResponseCreateParamsNonStreaming;
type StreamedResponse = OpenAI.Responses.ResponseCreateParamsStreaming;
type PlainImages = OpenAI.ImageGenerateParamsNonStreaming;

function fieldsOf(value: Json | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
