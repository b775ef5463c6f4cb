import assert from "node:assert/strict";
import type { IncomingMessage, RequestListener } from "node:http";
import { after, before, describe, it } from "node:test";
import { methodFacts } from "../methodFacts.ts";
import { createHttp } from "./http.ts";
import { fetchWith, startServer, type TestServer } from "./httpFixture.ts";

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Answers what it was asked, as JSON. */
const echo: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
};

const routes: Record<string, RequestListener> = {
  "/status/404": (_request, response) => response.writeHead(404, "Gone Away").end("nothing here"),
  "/status/401": (_request, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end("who?"),
  "/status/500": (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end("<b>oops</b>"),
  "/empty": (_request, response) => response.writeHead(204).end(),
  "/cookies": (_request, response) =>
    response.setHeader("set-cookie", ["a=1", "b=2"]).setHeader("x-many", ["1", "2"]).end(),
  "/latin1": (_request, response) =>
    response.setHeader("content-type", "text/plain; charset=ISO-8859-1").end(Buffer.from([0x66, 0xfc, 0x72])),
  "/not-utf8": (_request, response) => response.end(Buffer.from([0xff, 0x00, 0x41, 0xed, 0xa0, 0x80])),
  "/odd-charset": (_request, response) => response.setHeader("content-type", "text/plain; charset=klingon").end("ä"),
  "/bad-json": (_request, response) => response.setHeader("content-type", "application/json").end("{nope"),
  "/proto": (_request, response) =>
    response.setHeader("content-type", "a/b+json").setHeader("__proto__", "x").end('{"__proto__":1}'),
};

let server: TestServer;
const { fetch, close } = fetchWith();
before(async () => {
  server = await startServer((request, response) => (routes[request.url ?? ""] ?? echo)(request, response));
});
after(async () => {
  await close();
  await server.close();
});

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const asEcho = (answer: { json?: unknown }): Echo => answer.json as Echo;

describe("http.fetch answers", () => {
  it("plain data in fetch's words: status, ok, headers, body and json", async () => {
    const answer = await fetch(`${server.origin}/a?b=c#d`);
    assert.equal(answer.status, 200);
    assert.equal(answer.ok, true);
    assert.equal(answer.redirected, false);
    assert.equal(answer.statusText, "OK");
    assert.equal(answer.url, `${server.origin}/a?b=c`);
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.deepEqual(JSON.parse(answer.body ?? ""), answer.json);
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
    assert.equal(asEcho(answer).url, "/a?b=c");
  });

  it("an error status like any other", async () => {
    const answer = await fetch(`${server.origin}/status/404`);
    assert.deepEqual(
      [answer.status, answer.ok, answer.statusText, answer.body],
      [404, false, "Gone Away", "nothing here"],
    );
    assert(!("json" in answer));
    assert.equal((await fetch(`${server.origin}/status/401`, { method: "POST", body: "x" })).status, 401);
  });

  it("only what responseType asks for", async () => {
    const json = await fetch(`${server.origin}/x`, { responseType: "json" });
    assert(!("body" in json) && asEcho(json).url === "/x");
    const text = await fetch(`${server.origin}/x`, { responseType: "text" });
    assert(!("json" in text) && typeof text.body === "string");
    const base64 = await fetch(`${server.origin}/not-utf8`, { responseType: "base64" });
    assert.deepEqual(Buffer.from(base64.body ?? "", "base64"), Buffer.from([0xff, 0x00, 0x41, 0xed, 0xa0, 0x80]));
  });

  it("json null for an empty body, the text of an error page, and http_not_json otherwise", async () => {
    assert.equal((await fetch(`${server.origin}/empty`, { responseType: "json" })).json, null);
    const page = await fetch(`${server.origin}/status/500`, { responseType: "json" });
    assert.deepEqual([page.status, page.body], [500, "<b>oops</b>"]);
    await assert.rejects(fetch(`${server.origin}/bad-json`, { responseType: "json" }), {
      code: "http_not_json",
      retryable: false,
    });
    assert.equal((await fetch(`${server.origin}/bad-json`)).body, "{nope");
  });

  it("text by its charset, and well-formed text for bytes that are none", async () => {
    assert.equal((await fetch(`${server.origin}/latin1`)).body, "für");
    assert.equal((await fetch(`${server.origin}/odd-charset`)).body, "ä");
    const { body = "" } = await fetch(`${server.origin}/not-utf8`);
    assert(body.isWellFormed());
    assert.match(body, /^\ufffd\0A\ufffd/);
  });

  it("cookies as an array and other repeated headers joined", async () => {
    const { headers } = await fetch(`${server.origin}/cookies`);
    assert.deepEqual(headers["set-cookie"], ["a=1", "b=2"]);
    assert.equal(headers["x-many"], "1, 2");
  });

  it("headers and bodies named __proto__ as data", async () => {
    const answer = await fetch(`${server.origin}/proto`);
    assert.equal(Object.getOwnPropertyDescriptor(answer.headers, "__proto__")?.value, "x");
    assert.equal(Object.getPrototypeOf(answer.headers), Object.prototype);
  });
});

describe("http.fetch sends", () => {
  it("a string as it is and any other JSON value as JSON", async () => {
    const text = asEcho(await fetch(`${server.origin}/`, { method: "post", body: "ü" }));
    assert.deepEqual([text.method, text.body, text.headers["content-type"]], ["POST", "ü", "text/plain;charset=UTF-8"]);
    const form = asEcho(await fetch(`${server.origin}/`, { method: "POST", body: "a=1+2" }, {}, { bodyType: "form" }));
    assert.deepEqual(
      [form.body, form.headers["content-type"]],
      ["a=1+2", "application/x-www-form-urlencoded;charset=UTF-8"],
    );
    const bytes = asEcho(await fetch(`${server.origin}/`, { method: "PUT", body: "AEE=" }, {}, { bodyType: "base64" }));
    assert.deepEqual(
      [bytes.body, bytes.headers["content-type"], bytes.headers["content-length"]],
      ["\0A", "application/octet-stream", "2"],
    );
    const png = { method: "PUT", body: "AEE=", headers: { "content-type": "image/png" } };
    const typed = asEcho(await fetch(`${server.origin}/`, png, {}, { bodyType: "base64" }));
    assert.equal(typed.headers["content-type"], "image/png");
    const json = asEcho(await fetch(`${server.origin}/`, { method: "PATCH", body: { a: [1] } }));
    assert.deepEqual(
      [json.method, json.body, json.headers["content-type"]],
      ["PATCH", '{"a":[1]}', "application/json"],
    );
    const own = asEcho(
      await fetch(`${server.origin}/`, {
        method: "PUT",
        body: [1],
        headers: [["Content-Type", "application/vnd.x+json"]],
      }),
    );
    assert.equal(own.headers["content-type"], "application/vnd.x+json");
  });

  it("the idempotency key with an effect, unless the author set one, and never with a read", async () => {
    const key = async (init: Parameters<typeof fetch>[1]): Promise<string | undefined> =>
      asEcho(await fetch(`${server.origin}/`, init)).headers["idempotency-key"];
    assert.equal(await key({ method: "POST" }), "run:1");
    assert.equal(await key({ method: "DELETE" }), "run:1");
    assert.equal(await key({ method: "POST", headers: { "IDEMPOTENCY-KEY": "mine" } }), "mine");
    assert.equal(await key({}), undefined);
  });

  const refused: [string, unknown[], string][] = [
    ["no URL", [], "http_invalid_url"],
    ["a relative URL", ["/x"], "http_invalid_url"],
    ["a file", ["file:///etc/passwd"], "http_invalid_url"],
    ["a data URL", ["data:text/plain,x"], "http_invalid_url"],
    ["credentials in the URL", ["http://user:secret@127.0.0.1/"], "http_invalid_url"],
    ["a URL of 9,000 characters", [`http://127.0.0.1/${"x".repeat(9000)}`], "http_invalid_url"],
    ["a lone surrogate as host", ["http://\ud800/"], "http_invalid_url"],
    ["an unknown method", ["http://127.0.0.1/", { method: "CONNECT" }], "invalid_argument"],
    ["a method that is no string", ["http://127.0.0.1/", { method: 7 }], "invalid_argument"],
    ["init that is no object", ["http://127.0.0.1/", "POST"], "invalid_argument"],
    ["a GET with a body", ["http://127.0.0.1/", { body: "x" }], "invalid_argument"],
    ["another Host", ["http://127.0.0.1/", { headers: { Host: "internal" } }], "invalid_argument"],
    ["a smuggled length", ["http://127.0.0.1/", { headers: { "Content-Length": "1" } }], "invalid_argument"],
    ["a line break in a header", ["http://127.0.0.1/", { headers: { a: "b\r\nc: d" } }], "invalid_argument"],
    ["a lone surrogate in a header", ["http://127.0.0.1/", { headers: { a: "\ud800" } }], "invalid_argument"],
    ["a header name with a space", ["http://127.0.0.1/", { headers: { "a b": "c" } }], "invalid_argument"],
    ["a header that is an object", ["http://127.0.0.1/", { headers: { a: {} } }], "invalid_argument"],
    ["headers of 20 KB", ["http://127.0.0.1/", { headers: { a: "x".repeat(20_000) } }], "invalid_argument"],
    ["a timeout of 0", ["http://127.0.0.1/", { timeoutMs: 0 }], "invalid_argument"],
    ["a timeout of 601 s", ["http://127.0.0.1/", { timeoutMs: 601_000 }], "invalid_argument"],
    ["an unknown responseType", ["http://127.0.0.1/", { responseType: "blob" }], "invalid_argument"],
    ["an unknown redirect", ["http://127.0.0.1/", { redirect: null }], "invalid_argument"],
  ];
  for (const [what, args, code] of refused) {
    it(`nothing for ${what}, and does not repeat secrets`, async () => {
      const method = createHttp({ allow: ["*"], private: [] }).method(["fetch"])!;
      const context = {
        idempotencyKey: "",
        taskRunId: "",
        task: "",
        attempt: 1,
        signal: AbortSignal.abort(),
        links: [],
        reportUsage: () => undefined,
      };
      await assert.rejects(method.call(args as never, context), (error: Error & { code: string; class: string }) => {
        assert.deepEqual([error.code, error.class], [code, "guest"]);
        assert(error.message.isWellFormed() && !error.message.includes("secret"));
        return true;
      });
    });
  }
});

describe("http.fetch tells the workflow", () => {
  const method = createHttp({ allow: [], private: [] }).method(["fetch"])!;

  it("that GET, HEAD and OPTIONS read and all else has an effect", () => {
    const kind = (init: unknown): string => methodFacts(method, ["http://x/", init as never]).kind;
    assert.deepEqual(
      [{}, { method: "get" }, { method: "HEAD" }, { method: "OPTIONS" }].map(kind),
      Array(4).fill("read"),
    );
    assert.deepEqual([{ method: "POST" }, { method: 7 }, "POST", []].map(kind), Array(4).fill("effect"));
  });

  it("a time limit that leaves its own error time to arrive", () => {
    assert.deepEqual(methodFacts(method, ["http://x/"]).timeouts, { startToCloseMs: 40_000 });
    assert.deepEqual(methodFacts(method, ["http://x/", { timeoutMs: 600_000 }]).timeouts, { startToCloseMs: 610_000 });
    assert.equal(methodFacts(method, ["http://x/", { timeoutMs: "1" }]).timeouts, undefined);
  });

  it("a summary without query, fragment and credentials", () => {
    assert.equal(methodFacts(method, ["https://x.example/a/b?token=1#s"]).summary, "GET https://x.example/a/b");
    assert.equal(methodFacts(method, ["https://u:p@x.example/"]).summary, "");
    assert.equal(methodFacts(method, ["\ud800"]).summary, "");
  });
});
