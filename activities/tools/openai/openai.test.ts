import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import type { OpenaiFault } from "../../../dev/standins/openai/apiError.ts";
import { startOpenaiStandIn, type OpenaiStandIn } from "../../../dev/standins/openai/openai.ts";
import { startStandInServer, type LoggedRequest } from "../../../dev/standins/standInServer.ts";
import type { Json } from "../../../protocol/json.ts";
import type { Usage } from "../../../protocol/step.ts";
import { createRegistry } from "../registry.ts";
import type { MappedError, ToolContext } from "../service.ts";
import { TOOL_CONTEXT } from "../testing/toolContext.ts";
import { explainThrown } from "../toolFailure.ts";
import type { OpenaiOptions } from "./callOpenai.ts";
import { createOpenai } from "./openai.ts";

const MODEL = "gpt-4.1-mini";
const ASKED = { model: MODEL, messages: [{ role: "user", content: "What is a snapshot?" }] };

/** `tools.openai` against a server, with what it reported. */
function openaiAt(baseUrl: string, key: () => string | undefined, options: Partial<OpenaiOptions> = {}) {
  const forgotten: string[] = [];
  const credentials = { get: () => Promise.resolve(key()), forget: (name: string) => void forgotten.push(name) };
  const service = createOpenai({ credentials, baseUrl, ...options });
  const usages: Usage[] = [];
  const call = async (path: string, args: Json[], context: Partial<ToolContext> = {}): Promise<unknown> => {
    const method = service.method(path.split("."));
    assert.ok(method, path);
    return method.call(args, {
      ...TOOL_CONTEXT,
      idempotencyKey: "run:7",
      reportUsage: (usage) => usages.push(usage),
      ...context,
    });
  };
  return {
    service,
    usages,
    forgotten,
    call,
    /** What the task and Temporal learn of a call that fails. */
    failure: (path: string, args: Json[], context: Partial<ToolContext> = {}): Promise<MappedError> =>
      call(path, args, context).then(
        (value) => assert.fail(`it answered ${JSON.stringify(value)}`),
        (thrown: unknown) => explainThrown(thrown, service),
      ),
  };
}

/** `tools.openai` against a server that answers every request the same way. */
async function against(
  answer: (request: LoggedRequest, response: ServerResponse) => unknown,
  test: (ai: ReturnType<typeof openaiAt>) => Promise<void>,
  options: Partial<OpenaiOptions> = {},
): Promise<void> {
  const server = await startStandInServer((request, response) => void answer(request, response));
  const ai = openaiAt(`${server.url}/v1`, () => "sk-secret-key-0123456789", options);
  try {
    await test(ai);
  } finally {
    await ai.service.close!();
    await server.stop();
  }
}

function events(...list: unknown[]): (request: LoggedRequest, response: ServerResponse) => void {
  const text = [...list.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
  return (_, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
}

describe("tools.openai", () => {
  let api: OpenaiStandIn;
  let ai: ReturnType<typeof openaiAt>;
  before(async () => {
    api = await startOpenaiStandIn();
    ai = openaiAt(api.url, () => api.key);
  });
  after(async () => {
    await ai.service.close!();
    await api.stop();
  });

  it("passes arguments as they are, with the key and the call's idempotency key, and tells the usage", async () => {
    const answer = (await ai.call("chat.completions.create", [ASKED])) as {
      choices: { message: { content: string } }[];
    };
    assert.match(answer.choices[0]!.message.content, /What is a snapshot\?/);
    const { headers, body, path } = api.log.at(-1)!;
    assert.equal(path, "/v1/chat/completions");
    assert.deepEqual(JSON.parse(body), ASKED);
    assert.equal(headers.authorization, `Bearer ${api.key}`);
    assert.equal(headers["idempotency-key"], "run:7");
    const { inputTokens, outputTokens, totalTokens, ...rest } = ai.usages.at(-1)!;
    assert.ok(inputTokens! > 0 && outputTokens! > 0 && totalTokens === inputTokens! + outputTokens!);
    assert.deepEqual(rest, {});
  });

  const tools = [{ type: "function", function: { name: "look_up", strict: true, parameters: { type: "object" } } }];
  const same: [string, string, { [name: string]: Json }][] = [
    ["a chat", "chat.completions.create", ASKED],
    ["a chat with two choices", "chat.completions.create", { ...ASKED, n: 2 }],
    ["a chat that calls a tool", "chat.completions.create", { ...ASKED, tools, tool_choice: "required" }],
    ["a response", "responses.create", { model: MODEL, input: "What is a snapshot?" }],
  ];
  for (const [what, path, body] of same) {
    it(`collects ${what} that is streamed into the same answer as without, usage included`, async () => {
      const plain = await ai.call(path, [body]);
      const streamed = await ai.call(path, [{ ...body, stream: true }]);
      assert.deepEqual(streamed, plain);
      assert.equal((JSON.parse(api.log.at(-1)!.body) as { stream: boolean }).stream, true);
      assert.deepEqual(ai.usages.at(-1), ai.usages.at(-2));
    });
  }

  it("retrieves, cancels and deletes responses by id", async () => {
    const { id } = (await ai.call("responses.create", [{ model: MODEL, input: "Hello" }])) as { id: string };
    const kept = (await ai.call("responses.retrieve", [id])) as { id: string; output_text: string };
    assert.equal(kept.id, id);
    assert.match(kept.output_text, /Hello/);
    assert.equal(((await ai.call("responses.cancel", [id])) as { status: string }).status, "cancelled");
    await ai.call("responses.delete", [id]);
    const { error, retryable } = await ai.failure("responses.retrieve", [id]);
    assert.deepEqual([error.code, error.class, retryable], ["openai_not_found", "guest", false]);
  });

  it("answers embeddings as numbers, and as base64 if that is asked for", async () => {
    type Embeddings = { data: { embedding: unknown }[] };
    const body = { model: "text-embedding-3-small", input: ["a", "b"], dimensions: 8 };
    const floats = (await ai.call("embeddings.create", [body])) as Embeddings;
    assert.equal(floats.data.length, 2);
    assert.match(JSON.stringify(floats.data[0]!.embedding), /^\[(-?[\d.e-]+,){7}-?[\d.e-]+\]$/);
    assert.deepEqual(ai.usages.at(-1), { inputTokens: 2, totalTokens: 2 });
    const base64 = (await ai.call("embeddings.create", [{ ...body, encoding_format: "base64" }])) as Embeddings;
    assert.equal(Buffer.from(base64.data[0]!.embedding as string, "base64").length, 32);
  });

  it("answers moderations and models as plain JSON", async () => {
    const moderation = (await ai.call("moderations.create", [{ input: "I will kill the process" }])) as {
      results: { flagged: boolean }[];
    };
    assert.equal(moderation.results[0]!.flagged, true);
    const models = (await ai.call("models.list", [])) as { data: { id: string }[] };
    assert.deepEqual(Object.keys(models), ["object", "data"]);
    assert.ok(models.data.some(({ id }) => id === MODEL));
    assert.equal(((await ai.call("models.retrieve", [MODEL])) as { id: string }).id, MODEL);
  });

  it("makes images whole though a stream is asked for, and counts them", async () => {
    const asked = { model: "gpt-image-1", prompt: "a duck", n: 2, stream: true, partial_images: 1 };
    const answer = (await ai.call("images.generate", [asked])) as { data: { b64_json: string }[] };
    assert.equal(answer.data.length, 2);
    assert.equal(ai.usages.at(-1)!["images"], 2);
    const sent = { model: "gpt-image-1", prompt: "a duck", n: 2, stream: false };
    assert.deepEqual(JSON.parse(api.log.at(-1)!.body), sent);
  });

  const refused: [string, string, Json[], RegExp][] = [
    ["no arguments", "chat.completions.create", [], /first argument must be an object/],
    ["a text in place of the body", "responses.create", ["Hello"], /first argument must be an object/],
    [
      "a stream that is neither true nor false",
      "chat.completions.create",
      [{ ...ASKED, stream: "yes" }],
      /stream must be/,
    ],
    ["headers", "chat.completions.create", [ASKED, { headers: { authorization: "x" } }], /set by the operator/],
    ["a timeout", "embeddings.create", [{}, { timeout: 1 }], /set by the operator/],
    ["an address", "models.list", [{ baseURL: "http://127.0.0.1" }], /set by the operator/],
    ["retries behind a query", "responses.retrieve", ["resp_1", {}, { maxRetries: 9 }], /set by the operator/],
    ["no id", "models.retrieve", [], /must be an id/],
    ["an id that climbs", "models.retrieve", [".."], /must be an id/],
    ["an id of 201 characters", "models.retrieve", ["x".repeat(201)], /must be an id/],
  ];
  for (const [what, path, args, message] of refused) {
    it(`refuses ${what} before it asks anybody`, async () => {
      const start = api.log.length;
      const { error, retryable } = await ai.failure(path, args);
      assert.deepEqual([error.code, error.class, retryable], ["invalid_argument", "guest", false]);
      assert.match(error.message, message);
      assert.equal(api.log.length, start);
    });
  }

  it("never lets an id choose another path", async () => {
    await ai.failure("models.retrieve", ["../responses/x?y#z"]);
    assert.equal(api.log.at(-1)!.path, "/v1/models/..%2Fresponses%2Fx%3Fy%23z");
  });

  const faults: [string, OpenaiFault, string, boolean, RegExp][] = [
    ["a rate limit", { kind: "rate_limit", retryAfterMs: 1500 }, "openai_rate_limited", true, /limits the rate/],
    ["a used-up quota", { kind: "quota" }, "openai_quota_exceeded", false, /nothing left to spend.*billing/],
    ["a 500", { kind: "status", status: 500 }, "openai_unavailable", true, /failed \(500\)/],
    ["a 403", { kind: "status", status: 403 }, "openai_denied", false, /denies this to the API key/],
    ["HTML", { kind: "body", type: "text/html", body: "<p>hi</p>" }, "openai_bad_response", false, /OPENAI_BASE_URL/],
    ["broken JSON", { kind: "body", type: "application/json", body: "{" }, "openai_bad_response", false, /not JSON/],
    ["an answer that breaks off", { kind: "cut" }, "openai_unavailable", true, /connection .* failed/],
  ];
  for (const [what, fault, code, retryable, message] of faults) {
    it(`takes ${what} for ${code} after one request`, async () => {
      const start = api.log.length;
      api.fail(fault);
      const failed = await ai.failure("chat.completions.create", [ASKED]);
      assert.deepEqual([failed.error.code, failed.error.class, failed.retryable], [code, "tool", retryable]);
      assert.match(failed.error.message, message);
      assert.equal(failed.retryAfterMs, fault.kind === "rate_limit" ? 1500 : undefined);
      assert.equal(api.log.length, start + 1);
    });
  }

  it("does not take a stream that ends early for an answer", async () => {
    for (const [path, body] of [
      ["chat.completions.create", ASKED],
      ["responses.create", { model: MODEL, input: "x" }],
    ] as const) {
      api.fail({ kind: "cut" });
      const { error, retryable } = await ai.failure(path, [{ ...body, stream: true }]);
      assert.deepEqual([error.code, retryable], ["openai_bad_response", true]);
      assert.match(error.message, /stream ended before/);
    }
  });

  it("gives the API's own message, code and parameter for arguments that it refuses", async () => {
    const unknown = await ai.failure("chat.completions.create", [{ ...ASKED, model: "gpt-0" }]);
    assert.deepEqual(
      [unknown.error.code, unknown.error.class, unknown.retryable],
      ["openai_not_found", "guest", false],
    );
    assert.match(unknown.error.message, /'gpt-0' does not exist .*\[model_not_found\]/);
    const empty = await ai.failure("chat.completions.create", [{ model: MODEL, messages: [] }]);
    assert.deepEqual([empty.error.code, empty.error.class], ["openai_invalid_request", "guest"]);
    assert.match(empty.error.message, /Invalid 'messages'.*\[parameter messages\]/);
  });

  it("gives up an attempt whose time is over, and tries again", async () => {
    const impatient = openaiAt(api.url, () => api.key, { attemptMs: 30 });
    api.fail({ kind: "hang" });
    const { error, retryable } = await impatient.failure("models.list", []);
    assert.deepEqual([error.code, error.class, retryable], ["openai_timeout", "tool", true]);
    assert.match(error.message, /within 30 ms/);
    await impatient.service.close!();
  });

  it("ends at once when its call is cancelled", async () => {
    const cancel = new AbortController();
    const start = api.log.length;
    api.fail({ kind: "hang" });
    const call = ai.call("chat.completions.create", [ASKED], { signal: cancel.signal });
    while (api.log.length === start) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(new Error("cancelled"));
    await assert.rejects(call, /cancelled/);
  });

  it("says where a key belongs when there is none, a wrong one, or one that is none", async () => {
    const wrong = "sk-wrong-0123456789abcdef";
    for (const [key, code] of [
      [undefined, "credentials_missing"],
      [" ", "credentials_missing"],
      ["sk-with a\u2028break", "credentials_invalid"],
      [wrong, "credentials_invalid"],
    ] as const) {
      const other = openaiAt(api.url, () => key);
      const { error, retryable } = await other.failure("models.list", []);
      assert.deepEqual([error.code, error.class, retryable], [code, "tool", false]);
      assert.match(error.message, /npm run keystore -- set openai --namespace services.*OPENAI_API_KEY/);
      assert.ok(!error.message.includes("sk-w"), error.message);
      await other.service.close!();
    }
  });

  it("uses a key that was replaced from the next call on", async () => {
    let key = "sk-old";
    const rotating = openaiAt(api.url, () => key);
    assert.equal((await rotating.failure("models.list", [])).retryable, false);
    assert.equal(rotating.forgotten.at(-1), "openai");
    key = `${api.key}\n`;
    await rotating.call("models.list", []);
    await rotating.service.close!();
  });

  it("tries again when the key was replaced while the old one was refused", async () => {
    const keys = ["sk-old", api.key];
    const rotating = openaiAt(api.url, () => keys.shift());
    const { error, retryable } = await rotating.failure("models.list", []);
    assert.deepEqual([error.code, retryable], ["credentials_invalid", true]);
    await rotating.service.close!();
  });

  it("takes nothing from the environment behind the configuration's back", async () => {
    process.env["OPENAI_ORG_ID"] = "org-of-somebody";
    const other = openaiAt(api.url, () => api.key);
    delete process.env["OPENAI_ORG_ID"];
    await other.call("models.list", []);
    assert.equal(api.log.at(-1)!.headers["openai-organization"], undefined);
    await other.service.close!();
  });

  it("names the model in its summary, and nothing that was asked", () => {
    const summary = (path: string, args: Json[]) => ai.service.method(path.split("."))!.summary!(args, []);
    assert.equal(summary("chat.completions.create", [ASKED]), MODEL);
    assert.equal(summary("responses.retrieve", ["resp_1"]), "");
  });

  const unknown: [string, RegExp][] = [
    ["chat.completion.create", /Did you mean tools\.openai\.chat\.completions\.create\?/],
    ["images.edit", /takes a file/],
    ["responses.stream", /use tools\.openai\.responses\.create/],
    ["constructor", /There are openai\.chat\.completions\.create, .*openai\.images\.generate/],
  ];
  for (const [name, advice] of unknown) {
    it(`says what to write in place of ${name}`, () => {
      const found = createRegistry([ai.service]).resolve(["openai", ...name.split(".")], { task: "t", tools: null });
      assert.ok(!found.ok);
      assert.equal(found.error.code, "unknown_tool");
      assert.match(found.error.message, advice);
    });
  }
});

describe("tools.openai against other servers", () => {
  const head = { id: "c1", model: "m", created: 1 };

  it("joins what compatible servers stream: a role in each chunk, fields of their own, logprobs", async () => {
    const delta = (fields: object, more: object = {}) => ({
      ...head,
      choices: [{ index: 0, delta: { role: "assistant", ...fields }, finish_reason: null, ...more }],
    });
    const chunks = events(
      delta({ reasoning_content: "Let me " }, { logprobs: { content: [{ token: "a" }] } }),
      delta({ reasoning_content: "think." }, { logprobs: { content: [{ token: "b" }] } }),
      delta({ content: "Hel" }),
      delta({ content: "lo" }),
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { ...head, usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    );
    await against(chunks, async (ai) => {
      assert.deepEqual(await ai.call("chat.completions.create", [{ stream: true }]), {
        ...{ ...head, object: "chat.completion", usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
        choices: [
          {
            ...{ index: 0, finish_reason: "stop", logprobs: { content: [{ token: "a" }, { token: "b" }] } },
            message: { role: "assistant", reasoning_content: "Let me think.", content: "Hello", refusal: null },
          },
        ],
      });
      assert.deepEqual(ai.usages, [{ inputTokens: 3, outputTokens: 2, totalTokens: 5 }]);
    });
  });

  it("lets no streamed name reach a prototype", async () => {
    const evil = JSON.parse('{"content":"x","__proto__":{"polluted":true}}') as object;
    const chunks = events({ ...head, choices: [{ index: 0, delta: evil, finish_reason: "stop" }] });
    await against(chunks, async (ai) => {
      await ai.call("chat.completions.create", [{ stream: true }]);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });
  });

  it("reads an error in the middle of a stream", async () => {
    const overloaded = events({ error: { message: "The server is overloaded", type: "server_error" } });
    await against(overloaded, async (ai) => {
      const { error, retryable } = await ai.failure("chat.completions.create", [{ stream: true }]);
      assert.deepEqual([error.code, retryable], ["openai_unavailable", true]);
    });
    const spent = events({ type: "error", code: "insufficient_quota", message: "No money", param: null });
    await against(spent, async (ai) => {
      const { error, retryable } = await ai.failure("responses.create", [{ stream: true }]);
      assert.deepEqual([error.code, retryable], ["openai_quota_exceeded", false]);
    });
  });

  it("keeps the key out of what the API says", async () => {
    await against(
      (request, response) => {
        const error = { error: `Bad header: ${request.headers.authorization}` };
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(error));
      },
      async (ai) => {
        const { error } = await ai.failure("models.list", []);
        assert.match(error.message, /refuses the request \(400\): Bad header: Bearer \[API key\]/);
      },
    );
  });

  it("obeys a server that says whether to try again", async () => {
    for (const [advice, expected] of [
      ["true", true],
      ["false", false],
    ] as const) {
      await against(
        (_, response) => response.writeHead(503, { "x-should-retry": advice }).end(),
        async (ai) => assert.equal((await ai.failure("models.list", [])).retryable, expected),
      );
    }
  });

  it("does not try again what is over the limit by itself", async () => {
    const body = JSON.stringify({ error: { message: "Request too large for gpt-x", code: "rate_limit_exceeded" } });
    await against(
      (_, response) => response.writeHead(429, { "content-type": "application/json" }).end(body),
      async (ai) => assert.equal((await ai.failure("models.list", [])).retryable, false),
    );
  });

  it("shows what a compatible server says in a form of its own, and not that there was no body", async () => {
    const cases: [string, RegExp][] = [
      ['{"detail":"Model m is not loaded"}', /Model m is not loaded/],
      ['{"detail":[{"loc":["body","model"],"msg":"Field required"},{"msg":"no"}]}', /body\.model: Field required; no/],
      ['{"object":"error","message":"too long","type":"BadRequestError","code":400}', /: too long/],
      ['{"error":"as Ollama writes it"}', /: as Ollama writes it/],
      ['{"odd":{"why":"because"}}', /\{"odd":\{"why":"because"\}\}/],
      ["plain text", /plain text/],
    ];
    for (const [body, message] of cases) {
      await against(
        (_, response) => response.writeHead(400, { "content-type": "application/json" }).end(body),
        async (ai) => {
          const { error } = await ai.failure("models.list", []);
          assert.equal(error.code, "openai_invalid_request", body);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /no body/);
        },
      );
    }
  });

  it("follows no redirect, which would carry the key elsewhere", async () => {
    let requests = 0;
    await against(
      (_, response) => {
        requests++;
        response.writeHead(307, { location: "/elsewhere" }).end();
      },
      async (ai) => {
        const { error } = await ai.failure("models.list", []);
        assert.equal(error.code, "openai_bad_response");
        assert.match(error.message, /redirects \(307\)/);
      },
    );
    assert.equal(requests, 1);
  });

  it("reads an answer up to its bound and not one byte more", async () => {
    const text = JSON.stringify({ id: "x".repeat(1000) });
    const answer = (_: LoggedRequest, response: ServerResponse) =>
      response.writeHead(200, { "content-type": "application/json" }).end(text);
    const bounds = (answerBytes: number) => ({ bodies: { answerBytes, streamBytes: 1 } });
    await against(answer, async (ai) => assert.ok(await ai.call("models.retrieve", ["m"])), bounds(text.length));
    const beyond = async (ai: ReturnType<typeof openaiAt>): Promise<void> => {
      const { error, retryable } = await ai.failure("models.retrieve", ["m"]);
      assert.deepEqual([error.code, error.class, retryable], ["result_too_large", "limit", false]);
    };
    await against(answer, beyond, bounds(text.length - 1));
    const stream = events({ ...head, choices: [] });
    await against(
      stream,
      async (ai) => {
        const { error } = await ai.failure("chat.completions.create", [{ stream: true }]);
        assert.equal(error.code, "result_too_large");
      },
      bounds(1_000_000),
    );
  });

  it("says how to get images that are too large for a result, and still counts them", async () => {
    const image = { b64_json: "A".repeat(6 * 1024 * 1024) };
    const text = JSON.stringify({ created: 1, data: [image, image] });
    await against(
      (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(text),
      async (ai) => {
        const { error } = await ai.failure("images.generate", [{ prompt: "x" }]);
        assert.deepEqual([error.code, error.class], ["result_too_large", "limit"]);
        assert.match(error.message, /fewer at a time.*response_format "url"/);
        assert.deepEqual(ai.usages, [{ images: 2 }]);
      },
    );
  });

  it("tries again where nobody listens", async () => {
    const server = await startStandInServer(() => undefined);
    await server.stop();
    const refused = openaiAt(`${server.url}/v1`, () => "sk-x");
    const first = await refused.failure("models.list", []);
    assert.deepEqual([first.error.code, first.retryable], ["openai_unavailable", true]);
    assert.match(first.error.message, /ECONNREFUSED/);
    await refused.service.close!();
  });
});
