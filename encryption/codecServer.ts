import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { createConversionThread, type ConversionThread } from "./conversionThread.ts";
import type { Conversion } from "./convertBody.ts";
import type { KeySource } from "./keyring.ts";
import { Refusal, refusalOf } from "./refusal.ts";

export interface CodecServerOptions {
  readonly keys: KeySource;
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
  const conversions = createConversionThread(options.keys);
  const server = createServer((request, response) => {
    answer(options, conversions, request, response).catch((error: unknown) => refuse(response, refusalOf(error)));
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The codec endpoint cannot listen on ${host}, port ${port}: ${why}. TASKER_CODEC_PORT names another port.`;
    throw new TaskerError(taskError(CODES.codecUnavailable, message), { cause });
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, conversions.close()]);
    },
  };
}

async function answer(
  options: CodecServerOptions,
  conversions: ConversionThread,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
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
  const conversion = conversionOf(request);
  if (options.token !== undefined && !isBearer(request.headers.authorization, options.token)) {
    response.setHeader("www-authenticate", "Bearer");
    throw new Refusal(401, "unauthorized", "Send `Authorization: Bearer …` with the token of TASKER_CODEC_TOKEN.");
  }
  send(response, 200, await conversions.convert(conversion, await readBody(request)));
}

function conversionOf({ url, method }: IncomingMessage): Conversion {
  const path = url?.split("?", 1)[0];
  if (path !== "/encode" && path !== "/decode") {
    throw new Refusal(404, "not_found", "There is POST /decode and POST /encode, and nothing else.");
  }
  if (method !== "POST") throw new Refusal(405, "method_not_allowed", `${path} takes POST.`);
  return path === "/encode" ? "encode" : "decode";
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
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
  const whole = new Uint8Array(bytes); // not a Buffer: it is handed to another thread
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** In the same time whatever was sent. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  // What is left of a body that was refused is not read.
  response.setHeader("connection", "close");
  send(response, status, JSON.stringify({ error: { code, message } }));
}

function send(response: ServerResponse, status: number, body: string | Uint8Array): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(body);
}
