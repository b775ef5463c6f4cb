import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startStandInServer, type LoggedRequest, type StandInServer } from "../standInServer.ts";
import { ApiError, errorOf, invalidRequest, notFound, wrongKey, type OpenaiFault } from "./apiError.ts";
import { completeChat, type Answer, type Fields } from "./chat.ts";
import { createEmbeddings, generateImages, moderate } from "./others.ts";
import { createResponses } from "./responses.ts";

export interface OpenaiStandInOptions {
  /** Decides every answer, together with what was asked; 1 unless set. */
  readonly seed?: number;
  /** The one API key that is right; a random one unless set. */
  readonly key?: string;
  readonly port?: number;
}

export interface OpenaiStandIn extends StandInServer {
  /** For OPENAI_BASE_URL: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly key: string;
  /** Queues faults: each is met by one request with the right key. */
  fail(...faults: readonly OpenaiFault[]): void;
}

const MODELS = ["gpt-4.1-mini", "gpt-5-mini", "text-embedding-3-small", "omni-moderation-latest", "gpt-image-1"];

/** A server that is compatible with OpenAI's API: chat, responses, embeddings, moderations, models and images. */
export async function startOpenaiStandIn(options: OpenaiStandInOptions = {}): Promise<OpenaiStandIn> {
  const { seed = 1, key = `sk-standin-${randomBytes(24).toString("hex")}`, port } = options;
  const faults: OpenaiFault[] = [];
  const responses = createResponses(seed);

  function answer({ method, path, body }: LoggedRequest): Answer | Fields {
    const [, version, resource = "", ...rest] = path.split("/").map(decodeURIComponent);
    const id = rest.join("/");
    const route = version === "v1" ? `${method} ${resource}` : "";
    if (route === "GET models") return id === "" ? { object: "list", data: MODELS.map(modelOf) } : knownModel(id);
    if (route === "GET responses") return responses.retrieve(id);
    if (route === "DELETE responses") return responses.remove(id);
    if (route === "POST responses" && rest[1] === "cancel") return responses.cancel(rest[0] ?? "");
    if (method !== "POST") throw notFound(`Invalid URL (${method} ${path})`);
    const fields = parse(body);
    switch (`${resource}/${id}`) {
      case "chat/completions":
        return completeChat(withModel(fields), seed);
      case "responses/":
        return responses.create(withModel(fields));
      case "embeddings/":
        return createEmbeddings(withModel(fields), seed);
      case "moderations/":
        return moderate(fields);
      case "images/generations":
        return generateImages(fields, seed);
      default:
        throw notFound(`Invalid URL (${method} ${path})`);
    }
  }

  const server = await startStandInServer((request, response) => {
    try {
      const given = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
      if (given !== key) throw wrongKey(given);
      const fault = faults.shift();
      if (fault?.kind === "hang") return;
      if (fault?.kind === "body") return void response.writeHead(200, { "content-type": fault.type }).end(fault.body);
      const error = fault && errorOf(fault);
      if (error) throw error;
      const found = answer(request);
      const cut = fault?.kind === "cut";
      if (!isAnswer(found)) return sendJson(response, 200, found, cut);
      if (parse(request.body)["stream"] === true) return sendEvents(response, found.events, cut);
      sendJson(response, 200, found.json, cut);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
      sendJson(response, error.status, error.body, false);
    }
  }, port);
  return { ...server, url: `${server.url}/v1`, key, fail: (...queued) => void faults.push(...queued) };
}

function sendJson(response: ServerResponse, status: number, json: unknown, cut: boolean): void {
  const text = JSON.stringify(json, undefined, 2);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  if (!cut) return void response.end(text);
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

/** Server-sent events, as the original sends them: one chunk of the connection for each. */
function sendEvents(response: ServerResponse, events: readonly Fields[], cut: boolean): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  for (const event of cut ? events.slice(0, 2) : events) {
    const name = typeof event["type"] === "string" ? `event: ${event["type"]}\n` : "";
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  }
  if (!cut) response.write("data: [DONE]\n\n");
  response.end();
}

function isAnswer(found: Answer | Fields): found is Answer {
  return "events" in found;
}

function parse(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body || "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // the same as what is no object
  }
  throw invalidRequest("We could not parse the JSON body of your request.");
}

function withModel(fields: Fields): Fields {
  const { model } = fields;
  if (typeof model !== "string") throw invalidRequest("you must provide a model parameter");
  knownModel(model);
  return fields;
}

function knownModel(id: string): Fields {
  if (MODELS.includes(id)) return modelOf(id);
  throw notFound(`The model '${id}' does not exist or you do not have access to it.`, "model_not_found");
}

function modelOf(id: string): Fields {
  return { id, object: "model", created: 1_700_000_000, owned_by: "stand-in" };
}
