import type { Json } from "../../../protocol/json.ts";
import { CODES } from "../../../protocol/errors.ts";
import type { Access } from "./access.ts";
import { readAnswer } from "./answer.ts";
import { apiFault } from "./apiFault.ts";
import { createApiRequest, type ApiRequest, type LibraryRequest } from "./apiRequest.ts";
import { parseOptions, type CallOptions } from "./callOptions.ts";
import type { GapiMethod } from "./catalog.ts";
import { invalidCall, passingError } from "./faults.ts";
import { parseParams } from "./params.ts";
import type { Scopes } from "./scopes.ts";
import { nameOf, subjectFor, type AskedSubject } from "./subject.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

export interface CallContext {
  readonly idempotencyKey: string;
  /** Of the call: cancelled, or its time is over. */
  readonly signal: AbortSignal;
  readonly access: Access;
  readonly scopes: Scopes;
  readonly transport: Transport;
  readonly baseUrl: string | undefined;
}

/** One attempt at one call: parameters checked, a token obtained, the request sent, the answer's body read. */
export async function callApi(
  tool: string,
  method: GapiMethod,
  args: readonly Json[],
  context: CallContext,
): Promise<unknown> {
  if (args.length > 2) throw invalidCall(tool, "it takes two arguments: parameters and options.");
  const options = parseOptions(tool, args[1]);
  const params = parseParams(tool, method, args[0]);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([context.signal, deadline]);
  try {
    const scopes = await scopesOf(tool, method, options, context);
    const send = async (request: ApiRequest): Promise<unknown> => {
      const asked = { named: options.subject, implied: params.owner ?? context.access.subject };
      const { answer, who } = await sendAs(tool, request, scopes, asked, context, signal);
      if (answer.status < 200 || answer.status > 299) throw apiFault(tool, who, answer);
      return readAnswer(tool, answer, params.wantsMedia);
    };
    return await orAborted(throughLibrary(method, params.values, send, context), signal);
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!deadline.aborted) throw thrown;
    throw passingError(
      CODES.toolTimeout,
      `Google did not answer ${tool} within ${options.timeoutMs} ms (options.timeoutMs).`,
    );
  }
}

/** googleapis works the request out, and leaves the sending to what it takes for its authentication. */
async function throughLibrary(
  method: GapiMethod,
  params: Readonly<Record<string, unknown>>,
  send: (request: ApiRequest) => Promise<unknown>,
  { transport, baseUrl, idempotencyKey }: CallContext,
): Promise<unknown> {
  const auth = {
    request: async (request: LibraryRequest) => {
      const data = await send(await createApiRequest(request, { transport, baseUrl, idempotencyKey }));
      return { data };
    },
  };
  const { data } = (await method.invoke({ ...params }, { auth, retry: false })) as { data: unknown };
  return data;
}

/** Sends with a token; once more with a new one, and with the credential read again, when Google refuses it. */
async function sendAs(
  tool: string,
  request: ApiRequest,
  scopes: readonly string[],
  asked: AskedSubject,
  { access }: CallContext,
  signal: AbortSignal,
): Promise<{ answer: HttpAnswer; who: string }> {
  if (scopes.length === 0) return { answer: await request.send(undefined, signal), who: "nobody" };
  for (let attempt = 1; ; attempt++) {
    const credential = await access.credential();
    const tokenRequest = { credential, scopes, subject: subjectFor(tool, credential, asked) };
    const token = await access.token(tokenRequest);
    const answer = await request.send(token.value, signal);
    if (answer.status === 401) access.refuse(tokenRequest, token);
    if (answer.status !== 401 || attempt === 2)
      return { answer: hidden(answer, token.value), who: nameOf(tokenRequest) };
  }
}

/** What echoes the request must not hand the token on. */
function hidden(answer: HttpAnswer, token: string): HttpAnswer {
  if (!answer.body.includes(token)) return answer;
  return { ...answer, body: Buffer.from(answer.body.toString("latin1").replaceAll(token, "[access token]"), "latin1") };
}

async function scopesOf(
  tool: string,
  method: GapiMethod,
  options: CallOptions,
  { scopes }: CallContext,
): Promise<readonly string[]> {
  if (options.scopes) return options.scopes;
  const known = await scopes.of(method);
  if (!known) throw invalidCall(tool, "googleapis does not tell which scope it needs: name it in options.scopes.");
  return known.chosen === undefined ? [] : [known.chosen];
}

/** The library may wait for what does not listen to the signal: a token exchange that other calls need, too. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
