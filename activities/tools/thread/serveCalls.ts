import type { MessagePort } from "node:worker_threads";
import { TaskerError } from "../../../protocol/errors.ts";
import type { JsonText } from "../../../protocol/json.ts";
import type { Credentials } from "../../../protocol/keystore.ts";
import { rawFacts } from "../methodFacts.ts";
import { parseCall } from "../parseCall.ts";
import { resultJson } from "../resultJson.ts";
import type { Method, Service } from "../service.ts";
import { explainThrown } from "../toolFailure.ts";
import { createLoader } from "./loadService.ts";
import type {
  ArgumentFacts,
  CallMessage,
  FoundCredential,
  FromThread,
  MethodArguments,
  ServiceSetup,
  ToThread,
} from "./messages.ts";

/** Serves the calls that come through a port. A service is loaded at its first call. */
export function serveCalls(port: MessagePort, setup: ServiceSetup): void {
  const send = (message: FromThread): void => port.postMessage(message);
  const calls = new Map<number, AbortController>();
  const credentials = askedCredentials(send);
  const load = createLoader(setup, credentials);

  async function call(id: number, { context, ...of }: CallMessage, signal: AbortSignal): Promise<JsonText> {
    const { service, method } = await find(load, of);
    const { args, links } = await parseCall(of.args, service.chain === true);
    const reportUsage = (usage: Readonly<Record<string, number>>): void => send({ kind: "usage", id, usage });
    return resultJson(await method.call(args, { ...context, signal, links, reportUsage }));
  }

  async function perform(id: number, service: string, work: () => Promise<JsonText | ArgumentFacts>): Promise<void> {
    try {
      send({ kind: "result", id, value: await work() });
    } catch (thrown) {
      const loaded = await load(service)?.catch(() => undefined);
      send({ kind: "failure", id, failure: explainThrown(thrown, loaded) });
    }
  }

  port.on("message", (message: ToThread) => {
    switch (message.kind) {
      case "call": {
        const aborting = new AbortController();
        calls.set(message.id, aborting);
        const work = () => call(message.id, message.call, aborting.signal);
        void perform(message.id, message.call.service, work).finally(() => calls.delete(message.id));
        break;
      }
      case "facts":
        void perform(message.id, message.of.service, () => factsOf(load, message.of));
        break;
      case "abort":
        // Whoever waits for the call has the reason.
        calls.get(message.id)?.abort(new Error("The call was cancelled."));
        break;
      case "credential":
        credentials.found(message.id, message.found);
        break;
    }
  });
}

type Load = (service: string) => Promise<Service> | undefined;

async function find(
  load: Load,
  { service: name, path }: MethodArguments,
): Promise<{ service: Service; method: Method }> {
  const service = await load(name);
  const method = service?.method(path);
  if (service === undefined || method === undefined) throw new Error(`There is no ${name}.${path.join(".")} here.`);
  return { service, method };
}

async function factsOf(load: Load, of: MethodArguments): Promise<ArgumentFacts> {
  const { service, method } = await find(load, of);
  const { args, links } = await parseCall(of.args, service.chain === true);
  const { timeouts, summary } = rawFacts(method, args, links);
  return { linkNames: links.map(({ name }) => name), ...(timeouts === undefined ? {} : { timeouts }), summary };
}

/** The credentials of the thread that asks: they are the store's, and what is opened is masked there. */
function askedCredentials(
  send: (message: FromThread) => void,
): Credentials & { found(id: number, found: FoundCredential): void } {
  const asked = new Map<number, PromiseWithResolvers<string | undefined>>();
  let lastId = 0;
  return {
    get(name) {
      const id = ++lastId;
      const answer = Promise.withResolvers<string | undefined>();
      asked.set(id, answer);
      send({ kind: "credential", id, name });
      return answer.promise;
    },
    forget: (name) => send({ kind: "forget", name }),
    found(id, found) {
      const answer = asked.get(id);
      asked.delete(id);
      if (found.ok) answer?.resolve(found.value);
      else answer?.reject(new TaskerError(found.error, { retryable: found.retryable }));
    },
  };
}
