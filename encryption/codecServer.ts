import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PayloadCodec } from "@temporalio/common";
import { CODES, TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { inPieces } from "./inPieces.ts";
import { formatPayloads, parsePayloads, type PayloadsJson } from "./payloadJson.ts";

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Address to listen on; loopback unless given. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether pages of this origin may call. Asked at each request; callers that are no pages have no origin. */
  readonly allowsOrigin: (origin: string) => boolean;
  /** What callers must send as `Authorization: Bearer …`; absent: whoever reaches the port may call. */
  readonly token?: string | undefined;
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/**
 * The codec endpoint of Temporal's Web UI and CLI: POST /decode and /encode with payloads as JSON. It hands out what the
 * keys protect, so it listens on loopback unless told otherwise and refuses pages of other origins altogether.
 * @throws TaskerError `codec_unavailable` when it cannot listen there
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const { host = LOOPBACK, port } = options;
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => refuse(response, refusalOf(error)));
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The codec endpoint cannot listen on ${host}, port ${port}: ${why}. TASKER_CODEC_PORT names another port.`;
    throw new TaskerError({ code: "codec_unavailable", class: "infrastructure", message }, { cause });
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(options: CodecServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { origin } = request.headers;
  response.setHeader("vary", "origin");
  if (origin !== undefined) {
    if (!options.allowsOrigin(origin)) {
      throw new Refusal(403, "origin_denied", `Pages of ${origin} may not call: add it to TASKER_CODEC_ORIGINS.`);
    }
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-methods", "POST, OPTIONS");
    response.setHeader("access-control-allow-headers", "authorization, content-type, x-namespace");
  }
  // A browser asks before it sends, and sends no token with the question.
  if (request.method === "OPTIONS") return void response.writeHead(204).end();
  const convert = conversionOf(options.codec, request);
  if (options.token !== undefined && !isBearer(request.headers.authorization, options.token)) {
    response.setHeader("www-authenticate", "Bearer");
    throw new Refusal(401, "unauthorized", "Send `Authorization: Bearer …` with the token of TASKER_CODEC_TOKEN.");
  }
  send(response, 200, await convert(await readBody(request)));
}

function conversionOf(codec: PayloadCodec, { url, method }: IncomingMessage): (body: string) => Promise<PayloadsJson> {
  const path = url?.split("?", 1)[0];
  if (path !== "/encode" && path !== "/decode") {
    throw new Refusal(404, "not_found", "There is POST /decode and POST /encode, and nothing else.");
  }
  if (method !== "POST") throw new Refusal(405, "method_not_allowed", `${path} takes POST.`);
  return async (body) => {
    const payloads = parse(body);
    return formatPayloads(await inPieces(payloads, (piece) => codec[path === "/encode" ? "encode" : "decode"](piece)));
  };
}

function parse(body: string) {
  try {
    if (mayHoldMore(body)) throw tooMany();
    const payloads = parsePayloads(body);
    if (payloads.length > LIMITS.codecPayloads) throw tooMany();
    return payloads;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, CODES.invalidArgument, error instanceof Error ? error.message : String(error));
  }
}

/** JSON values that one payload may have on average: its own, its metadata's and its data. */
const VALUES_PER_PAYLOAD = 20;
const [COMMA, BRACE, BRACKET] = [0x2c, 0x7b, 0x5b];

/**
 * Whether the JSON has more values than the allowed payloads can have. Told before it is parsed, because parsing millions of
 * small values stops this process for seconds. Base64 holds none of these characters.
 */
function mayHoldMore(body: string): boolean {
  let left = LIMITS.codecPayloads * VALUES_PER_PAYLOAD;
  for (let i = 0; i < body.length && left >= 0; i++) {
    const unit = body.charCodeAt(i);
    if (unit === COMMA || unit === BRACE || unit === BRACKET) left--;
  }
  return left < 0;
}

function tooMany(): Refusal {
  return new Refusal(413, "too_many_payloads", `At most ${LIMITS.codecPayloads} payloads in one request.`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left open, so that there is something to answer on.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > LIMITS.codecBodyBytes) {
      throw new Refusal(413, "body_too_large", `The body is larger than ${LIMITS.codecBodyBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** In the same time whatever was sent. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A value that this keyring cannot open is the request's fault as far as the server can tell; the keys' own faults are ours. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof TaskerError)) return new Refusal(500, CODES.internal, "The codec endpoint failed.");
  return new Refusal(error.code === CODES.keysInvalid ? 500 : 422, error.code, error.message);
}

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  // What is left of a body that was refused is not read.
  response.setHeader("connection", "close");
  send(response, status, { error: { code, message } });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
