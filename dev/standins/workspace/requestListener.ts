import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { invalidToken, missingScope, missingToken } from "./accessRefusals.ts";
import { NO_SUCH_PAGE, rateLimited, Refusal, serverError, type Answer } from "./answers.ts";
import { matchPath, type Endpoint } from "./endpoint.ts";
import type { Fault, Faults, RequestFacts } from "./faults.ts";
import type { Holds } from "./holds.ts";
import type { Quota } from "./quota.ts";
import type { RequestLog } from "./requestLog.ts";
import type { Grant, Tokens } from "./tokens.ts";

export interface ListenerDeps {
  readonly endpoints: readonly Endpoint[];
  readonly tokens: Tokens;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly quota: Quota;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Answers every request: the log first, then holds and faults, then what the API has to say. */
export function requestListener(deps: ListenerDeps): RequestListener {
  return (request, response) => {
    response.setHeader("date", new Date(deps.clock()).toUTCString());
    const note = noted(request, response, deps.log);
    answer(request, response, note, deps).catch((error: unknown) => {
      // A client that went away in the middle of its request, or a bug in here.
      note({ fault: String(error) });
      if (!response.headersSent) send(response, serverError(500).answer);
    });
  };
}

type Note = ReturnType<RequestLog["open"]>;

function noted(request: IncomingMessage, response: ServerResponse, log: RequestLog): Note {
  const url = new URL(request.url ?? "/", "http://localhost");
  const idempotencyKey = request.headers["idempotency-key"];
  const note = log.open({
    method: request.method ?? "",
    path: url.pathname,
    query: url.search.slice(1),
    ...(typeof idempotencyKey === "string" && { idempotencyKey }),
  });
  response.on("close", () => {
    const sent = response.writableFinished;
    note({ endedAt: Date.now(), sent, ...(response.headersSent && { status: response.statusCode }) });
  });
  return note;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  note: Note,
  deps: ListenerDeps,
): Promise<void> {
  const { tokens, faults, holds } = deps;
  const url = new URL(request.url ?? "/", "http://localhost");
  const body = await text(request);
  const grant = tokens.grantOf(bearer(request) ?? "");
  const facts: RequestFacts = {
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    ...(grant && { user: grant.subject.email }),
  };
  if (grant) note({ user: grant.subject.email });
  await holds.pass(facts);
  if (response.destroyed) return;

  const fault = faults.byRule(facts) ?? (grant && faults.byShare(facts));
  if (fault) note({ fault: fault.kind === "status" ? `status ${fault.status}` : fault.kind });
  if (fault && failed(fault, response, faults)) return;
  let right: Answer;
  if (facts.path === "/token" && facts.method === "POST") {
    const exchanged = tokens.exchange(new URLSearchParams(body));
    if (exchanged.subject !== undefined) note({ user: exchanged.subject });
    right = exchanged.answer;
  } else {
    right = apiAnswer(facts, request, grant, deps);
  }
  if (fault?.kind === "cut") cut(response, right);
  else send(response, right);
}

function apiAnswer(
  facts: RequestFacts,
  request: IncomingMessage,
  grant: Grant | undefined,
  { endpoints, quota, faults }: ListenerDeps,
): Answer {
  const endpoint = endpoints.find(({ path }) => facts.method === "GET" && matchPath(path, facts.path) !== undefined);
  if (!endpoint) return NO_SUCH_PAGE;
  try {
    if (!grant) throw bearer(request) === undefined ? missingToken() : invalidToken();
    if (!endpoint.scopes.some((scope) => grant.scopes.has(scope))) throw missingScope(endpoint);
    if (!quota.take(grant.subject.email)) throw rateLimited(faults.retryAfterSeconds);
    const path = matchPath(endpoint.path, facts.path) ?? {};
    return { status: 200, body: endpoint.answer({ grant, query: facts.query, path }) };
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** Whether the fault was all that there is to answer. */
function failed(fault: Fault, response: ServerResponse, faults: Faults): boolean {
  switch (fault.kind) {
    case "status": {
      const { status, retryAfterSeconds = faults.retryAfterSeconds } = fault;
      send(response, (status === 429 ? rateLimited(retryAfterSeconds) : serverError(status)).answer);
      return true;
    }
    case "hang":
      return true;
    case "notJson":
      send(response, {
        status: 200,
        headers: { "content-type": "text/html; charset=UTF-8" },
        body: "<!DOCTYPE html>\n<html lang=en>\n<title>Sign in</title>\n<p>You are behind a captive portal.\n",
      });
      return true;
    case "tooLong":
      send(response, { status: 200, body: { padding: "x".repeat(fault.bytes) } });
      return true;
    case "cut":
      return false;
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "cache-control": "private",
    ...headers,
  });
  response.end(typeof body === "string" ? body : JSON.stringify(body, undefined, 2));
}

function cut(response: ServerResponse, { status, body }: Answer): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8", "content-length": bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
}
