import { createVerify, generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Json } from "../../../protocol/json.ts";
import { startServer } from "../http/httpFixture.ts";
import type { Method, ToolContext } from "../service.ts";
import { TOOL_CONTEXT } from "../testing/toolContext.ts";
import { createGapi, type GapiOptions } from "./gapi.ts";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: "spki", format: "pem" });

/** A request for a token as the token endpoint saw it, its signature and audience checked. */
export interface Exchange {
  /** Address of the service account. */
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly scope: string | undefined;
  readonly grant: string | null;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers an API request. `token` counts from 1 through all tokens given out. */
export type Api = (request: SeenRequest, response: ServerResponse, token: number | undefined) => unknown;

export interface GoogleFixture {
  readonly origin: string;
  readonly exchanges: Exchange[];
  readonly requests: SeenRequest[];
  /** Connections that the server ever took. */
  readonly connections: () => number;
  /** What a handler of the test answers instead; undefined lets the endpoint give a token. */
  onToken: (exchange: Exchange, response: ServerResponse) => unknown;
  onApi: Api;
  /** The service account's key, as the console gives it out. */
  key: (changes?: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
  /** Forgets what was seen and what the test plays; tokens count from 1 again. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

/** A token endpoint that checks assertions, and an API that the test plays, on one port of loopback. */
export async function startGoogle(): Promise<GoogleFixture> {
  const tokens: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (request.url === "/token") return giveToken(new URLSearchParams(body), response);
    const seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    fixture.requests.push(seen);
    const index = tokens.indexOf((request.headers.authorization ?? "").replace("Bearer ", ""));
    await fixture.onApi(seen, response, index < 0 ? undefined : index + 1);
  };
  const server = await startServer((request, response) => void serve(request, response));

  async function giveToken(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const exchange = readExchange(form, `${server.origin}/token`);
    fixture.exchanges.push(exchange);
    if ((await fixture.onToken(exchange, response)) !== undefined || response.headersSent) return;
    const token = `ya29.secret-${fixture.exchanges.length}-${Math.random().toString(36).slice(2)}`;
    tokens.push(token);
    json(response, 200, { access_token: token, expires_in: 3600, token_type: "Bearer" });
  }

  const fixture: GoogleFixture = {
    origin: server.origin,
    exchanges: [],
    requests: [],
    connections: server.connections,
    ...unplayed(),
    reset() {
      for (const seen of [tokens, fixture.exchanges, fixture.requests]) seen.length = 0;
      Object.assign(fixture, unplayed());
    },
    key: (changes = {}) => ({
      type: "service_account",
      project_id: "test",
      private_key_id: "1",
      private_key: keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      client_email: "tasker@test.iam.gserviceaccount.com",
      client_id: "1234567890",
      token_uri: `${server.origin}/token`,
      ...changes,
    }),
    close: () => server.close(),
  };
  return fixture;
}

function unplayed(): Pick<GoogleFixture, "onToken" | "onApi"> {
  return { onToken: () => undefined, onApi: (_, response) => json(response, 200, {}) };
}

function readExchange(form: URLSearchParams, audience: string): Exchange {
  const grant = form.get("grant_type");
  const assertion = form.get("assertion");
  if (assertion === null) return { issuer: undefined, subject: undefined, scope: undefined, grant };
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const isSigned = createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(publicKey, signature, "base64url");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, string>;
  if (!isSigned || claims["aud"] !== audience) throw new Error("The assertion is not signed for this endpoint.");
  return { issuer: claims["iss"], subject: claims["sub"], scope: claims["scope"], grant };
}

export function json(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8", ...headers });
  response.end(JSON.stringify(body));
}

/** Google's usual error object. */
export function refusal(code: number, reason: string, message: string): Json {
  return { error: { code, message, errors: [{ message, domain: "global", reason }] } };
}

export type Call = (path: string, params?: Json, options?: Json, context?: Partial<ToolContext>) => Promise<unknown>;

/** `tools.gapi` against the fixture. */
export function gapiOf(google: GoogleFixture, options: Partial<GapiOptions> & { key?: unknown } = {}) {
  const { key = google.key(), ...others } = options;
  const gapi = createGapi({
    credentials: {
      get: () => Promise.resolve(typeof key === "string" ? key : JSON.stringify(key)),
      forget: () => undefined,
    },
    baseUrl: google.origin,
    ...others,
  });
  const method = (path: string): Method => {
    const found = gapi.method(path.split("."));
    if (!found) throw new Error(`there is a method ${path}`);
    return found;
  };
  const call: Call = (path, params, callOptions, context) =>
    method(path).call([params ?? {}, ...(callOptions === undefined ? [] : [callOptions])], {
      ...TOOL_CONTEXT,
      ...context,
    });
  return { gapi, method, call, close: () => gapi.close?.() ?? Promise.resolve() };
}
