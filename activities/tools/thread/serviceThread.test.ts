import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { TaskerError } from "../../../protocol/errors.ts";
import type { Json, JsonText } from "../../../protocol/json.ts";
import type { CredentialName, Credentials } from "../../../protocol/keystore.ts";
import type { Usage } from "../../../protocol/step.ts";
import { jsonHere } from "../../../test/support/jsonHere.ts";
import { MappedFault } from "../mappedFault.ts";
import { PARSED_HERE } from "../textCall.ts";
import { createServiceThread, type ServiceThread } from "./serviceThread.ts";

/** A mebibyte of the JSON that becomes the most values. */
const MANY = `[${"[],".repeat(350_000)}[]]`;
const RUN = { idempotencyKey: "key", taskRunId: "run", task: "t", attempt: 1 };

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => unknown = (_request, response) => response.end();
const asked: CredentialName[] = [];
const forgotten: CredentialName[] = [];
let credentials: Credentials;

before(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const known = {
    openai: "sk-test",
    supabase: "key",
    google: JSON.stringify({
      ...{ type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" },
      token_uri: `${url}/token`,
    }),
  };
  credentials = {
    get: (name) => Promise.resolve((asked.push(name), known[name])),
    forget: (name) => void forgotten.push(name),
  };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const setup = () => ({
  ...{ httpAllow: ["127.0.0.1"], httpPrivate: ["127.0.0.1"], openaiBaseUrl: `${url}/v1`, supabaseUrl: url },
  ...{ googleSubject: undefined, googleBaseUrl: url },
});

async function withThread(work: (thread: ServiceThread) => Promise<void>, heapMb?: number): Promise<void> {
  const thread = createServiceThread(setup(), credentials, heapMb);
  try {
    await work(thread);
  } finally {
    await thread.close();
  }
}

function call(
  thread: ServiceThread,
  [service = "", ...path]: readonly string[],
  args: JsonText,
  signal = new AbortController().signal,
  reportUsage: (usage: Usage) => void = () => undefined,
): Promise<JsonText> {
  return thread.call({ service, path, args }, { ...RUN, signal, reportUsage });
}

/** A chain's links, or a call's arguments. */
const LARGE: Readonly<Record<string, readonly [path: string, args: JsonText, answer: JsonText]>> = {
  "an answer to http.fetch": ["http.fetch", `["URL/"]`, MANY],
  "a body of http.fetch": ["http.fetch", `["URL/",{"method":"POST","body":${MANY}}]`, "[]"],
  "an answer to openai": ["openai.embeddings.create", `[{"model":"m","input":"x"}]`, `{"data":${MANY}}`],
  "a body of openai": ["openai.embeddings.create", `[{"model":"m","input":${MANY}}]`, `{"data":[]}`],
  "an answer to supabase": ["supabase.from", `[{"name":"from","args":["t"]},{"name":"select","args":["*"]}]`, MANY],
  "rows for supabase": [
    "supabase.from",
    `[{"name":"from","args":["t"]},{"name":"insert","args":[[{"a":${MANY}}]]}]`,
    "[]",
  ],
  "an answer to gapi": ["gapi.gmail.users.messages.list", `[{"userId":"me"}]`, `{"messages":${MANY}}`],
  "a body of gapi": ["gapi.gmail.users.labels.create", `[{"userId":"me","requestBody":{"a":${MANY}}}]`, "{}"],
};

describe("what a call carries is no value on the thread that asks for it", () => {
  for (const [what, [path, args, body]] of Object.entries(LARGE)) {
    test(what, async () => {
      let sent = 0;
      answer = async (request, response) => {
        const given = await textOf(request);
        if (request.url === "/token") {
          response.setHeader("content-type", "application/json");
          return response.end(`{"access_token":"token","expires_in":3600,"scope":"x"}`);
        }
        sent = given.length;
        return response.writeHead(200, { "content-type": "application/json" }).end(body);
      };
      await withThread(async (thread) => {
        let result = "";
        const characters = await jsonHere(async () => {
          result = await call(thread, path.split("."), args.replace("URL", url));
        });
        assert.ok(characters < PARSED_HERE, `${characters} characters of JSON were parsed or written here`);
        assert.ok(result.length + sent > MANY.length, `${result.length} received, ${sent} sent`);
      });
    });
  }

  test("nor is it while the method is asked what it says of its arguments", async () => {
    await withThread(async (thread) => {
      const args = `[${JSON.stringify(`${url}/path`)},{"method":"POST","timeoutMs":5,"body":${MANY}}]`;
      const characters = await jsonHere(async () => {
        const facts = await thread.facts({ service: "http", path: ["fetch"], args });
        assert.equal(facts.summary, `POST ${url}/path`);
        assert.deepEqual([facts.timeouts, facts.linkNames], [{ startToCloseMs: 10_005 }, []]);
        const links = `[{"name":"from","args":["t"]},{"name":"insert","args":[${MANY}]},{"name":"select","args":[]}]`;
        const of = { service: "supabase", path: ["from"], args: links };
        assert.deepEqual((await thread.facts(of)).linkNames, ["insert", "select"]);
      });
      assert.ok(characters < PARSED_HERE, `${characters} characters of JSON were parsed or written here`);
    });
  });
});

describe("a call in the service thread", () => {
  test("reports its usage, and finds its credential on the thread that asks", async () => {
    answer = (_request, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(`{"data":[],"usage":{"prompt_tokens":3,"total_tokens":3}}`);
    await withThread(async (thread) => {
      asked.length = 0;
      const usages: Usage[] = [];
      const args = `[{"model":"m","input":"x"}]`;
      const never = new AbortController().signal;
      await call(thread, ["openai", "embeddings", "create"], args, never, (usage) => usages.push(usage));
      assert.deepEqual(asked, ["openai"]);
      assert.deepEqual(usages, [{ inputTokens: 3, totalTokens: 3 }]);
    });
  });

  test("has a refused credential forgotten on the thread that asks, and fails with the service's own error", async () => {
    answer = (_request, response) =>
      response.writeHead(401, { "content-type": "application/json" }).end(`{"error":{"message":"no"}}`);
    await withThread(async (thread) => {
      forgotten.length = 0;
      await assert.rejects(call(thread, ["openai", "models", "list"], "[]"), (error) => {
        assert.ok(error instanceof MappedFault);
        assert.deepEqual([error.mapped.error.code, error.mapped.retryable], ["credentials_invalid", false]);
        return true;
      });
      assert.ok(forgotten.includes("openai"));
    });
  });

  test("is aborted there when it is aborted here", async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    answer = (request) => arrived.resolve(request);
    await withThread(async (thread) => {
      const aborting = new AbortController();
      const refused = assert.rejects(
        call(thread, ["http", "fetch"], JSON.stringify([`${url}/`] satisfies Json), aborting.signal),
      );
      const { socket } = await arrived.promise;
      const closed = once(socket, "close");
      aborting.abort();
      await Promise.all([refused, closed]);
    });
  });

  test("fails as a passing fault when the thread has no more memory, and the next call has another thread", async () => {
    const many = `[${"[],".repeat(3_000_000)}[]]`;
    answer = (request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(request.url === "/large" ? many : "[]");
    await withThread(async (thread) => {
      await assert.rejects(call(thread, ["http", "fetch"], JSON.stringify([`${url}/large`])), (error) => {
        assert.ok(error instanceof TaskerError);
        assert.deepEqual([error.class, error.retryable], ["infrastructure", true]);
        return true;
      });
      assert.ok((await call(thread, ["http", "fetch"], JSON.stringify([`${url}/small`]))).includes('"status":200'));
    }, 64);
  });
});
