import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { RequestListener, ServerResponse } from "node:http";
import { LIMITS } from "../../../protocol/limits.ts";
import { resultJson } from "../resultJson.ts";
import { HTTP_BOUNDS } from "./bounds.ts";
import { fetchWith, startServer, type TestServer } from "./httpFixture.ts";

const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
let written = 0;

/** Sends zeros for ever, and counts them. */
function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, "x");
  const push = (): void => {
    while (!response.destroyed) {
      written += chunk.length;
      if (!response.write(chunk)) break;
    }
  };
  response.on("drain", push);
  push();
}

/** Empty strings, which are twice as long as text in JSON. */
const QUOTES = 1_000_000;
function jsonOf(more: number): string {
  const begin = `[${'"",'.repeat(QUOTES)}"`;
  return `${begin}${"x".repeat(HTTP_BOUNDS.bothBytes + more - begin.length - 2)}"]`;
}

const routes: Record<string, RequestListener> = {
  "/at": (_request, response) => response.end(Buffer.alloc(HTTP_BOUNDS.responseBytes, "x")),
  "/past": (_request, response) => response.end(Buffer.alloc(HTTP_BOUNDS.responseBytes + 1, "x")),
  "/flood": (_request, response) => flood(response),
  "/bomb": (_request, response) => response.setHeader("content-encoding", "gzip").end(bomb),
  "/bomb2": (_request, response) => response.setHeader("content-encoding", "gzip, gzip").end(gzipSync(bomb)),
  "/br": (_request, response) =>
    response
      .setHeader("content-encoding", "br")
      .end(brotliCompressSync("hello", { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })),
  "/broken-gzip": (_request, response) => response.setHeader("content-encoding", "gzip").end("this is not gzip"),
  "/json-both": (_request, response) => response.setHeader("content-type", "application/json").end(jsonOf(0)),
  "/json-alone": (_request, response) => response.setHeader("content-type", "application/json").end(jsonOf(1)),
  "/json-large": (_request, response) =>
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify("x".repeat(HTTP_BOUNDS.responseBytes - 10_000))),
  "/silent": () => undefined,
  "/slow": (_request, response) => {
    const timer = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(timer));
  },
  "/headers": (_request, response) => {
    for (let i = 0; i < 200; i++) response.setHeader(`x-${i}`, "y".repeat(200));
    response.end();
  },
  "/cut": (_request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("only this");
    setImmediate(() => response.destroy());
  },
  "/reset": (_request, response) => response.destroy(),
};

let server: TestServer;
let requested: () => void = () => undefined;
/** Settles when the next request has arrived. */
function nextRequest(): Promise<void> {
  return new Promise((resolve) => (requested = resolve));
}
let closedResponse: () => void = () => undefined;
/** Settles when the next response ends, or its connection does. */
function nextClose(): Promise<void> {
  return new Promise((resolve) => (closedResponse = resolve));
}
const { fetch, close } = fetchWith();
before(async () => {
  server = await startServer((request, response) => {
    response.on("close", () => closedResponse());
    requested();
    routes[request.url ?? ""]?.(request, response);
  });
});
after(async () => {
  await close();
  await server.close();
});

describe("a response", () => {
  it("of exactly the largest size is read, one byte more is http_too_large", async () => {
    assert.equal((await fetch(`${server.origin}/at`)).body?.length, HTTP_BOUNDS.responseBytes);
    await assert.rejects(fetch(`${server.origin}/past`), { code: "http_too_large", class: "limit", retryable: false });
  });

  it("of JSON comes as text and parsed up to a size, and one byte larger, up to the largest, parsed alone", async () => {
    const at = await fetch(`${server.origin}/json-both`);
    assert.deepEqual([at.body?.length, (at.json as string[]).length], [HTTP_BOUNDS.bothBytes, QUOTES + 1]);
    assert.ok(Buffer.byteLength(await resultJson(at)) <= LIMITS.resultBytes);
    const past = await fetch(`${server.origin}/json-alone`);
    assert.deepEqual([past.body, (past.json as string[]).length], [undefined, QUOTES + 1]);
    const large = await fetch(`${server.origin}/json-large`);
    assert.equal((large.json as string).length, HTTP_BOUNDS.responseBytes - 10_000);
    assert.ok(Buffer.byteLength(await resultJson(large)) <= LIMITS.resultBytes);
  });

  it("without an end is stopped soon after the bound", async () => {
    await assert.rejects(fetch(`${server.origin}/flood`), { code: "http_too_large" });
    assert(written < 4 * HTTP_BOUNDS.responseBytes, `${written} bytes were sent`);
  });

  it("counts after decompression: a gzip bomb is stopped", async () => {
    assert(bomb.length < HTTP_BOUNDS.responseBytes);
    await assert.rejects(fetch(`${server.origin}/bomb`), { code: "http_too_large" });
    await assert.rejects(fetch(`${server.origin}/bomb2`), { code: "http_too_large" });
  });

  it("is decompressed, and http_bad_response when that fails", async () => {
    assert.equal((await fetch(`${server.origin}/br`)).body, "hello");
    await assert.rejects(fetch(`${server.origin}/broken-gzip`), { code: "http_bad_response", retryable: false });
  });

  it("with a flood of headers is http_too_large", () =>
    assert.rejects(fetch(`${server.origin}/headers`), { code: "http_too_large", class: "limit" }));

  it("that breaks off is http_connection_lost, to be retried", async () => {
    await assert.rejects(fetch(`${server.origin}/cut`), { code: "http_connection_lost", retryable: true });
    await assert.rejects(fetch(`${server.origin}/reset`), { code: "http_connection_lost", retryable: true });
  });
});

describe("time", () => {
  for (const path of ["/silent", "/slow"]) {
    it(`ends ${path} as http_timeout, final because the author chose the bound`, async () => {
      await assert.rejects(fetch(server.origin + path, { timeoutMs: 150 }), {
        ...{ code: "http_timeout", class: "tool", retryable: false },
        message: /within 150 ms/,
      });
    });
  }

  it("ends a name server that never answers", async () => {
    const slow = fetchWith({ lookup: () => undefined });
    await assert.rejects(slow.fetch("http://never.example/", { timeoutMs: 50 }), { code: "http_timeout" });
    await slow.close();
  });

  for (const path of ["/silent", "/slow"]) {
    it(`ends ${path} with the call's cancellation, and closes the connection`, async () => {
      const reason = new Error("cancelled by its run");
      const controller = new AbortController();
      const closed = nextClose();
      void nextRequest().then(() => controller.abort(reason));
      await assert.rejects(fetch(server.origin + path, {}, { signal: controller.signal }), (error) => error === reason);
      await closed;
    });
  }
});

describe("a fault", () => {
  it("of connecting is http_connect, to be retried", async () => {
    const gone = await startServer(() => undefined);
    await gone.close();
    await assert.rejects(fetch(gone.origin), { code: "http_connect", class: "tool", retryable: true });
  });

  for (const [code, retryable] of [
    ["ENOTFOUND", false],
    ["EAI_AGAIN", true],
  ] as const) {
    it(`of the name server, ${code}, is http_dns and ${retryable ? "retried" : "final"}`, async () => {
      const failing = fetchWith({
        lookup: (_host, _options, callback) => callback(Object.assign(new Error(code), { code }), []),
      });
      await assert.rejects(failing.fetch("http://no.example/"), { code: "http_dns", retryable });
      await failing.close();
    });
  }

  it("of TLS is http_tls, and final", () =>
    assert.rejects(fetch(server.origin.replace("http:", "https:")), { code: "http_tls", retryable: false }));

  it("of the protocol is http_bad_response", async () => {
    const odd = createServer((socket) => socket.on("error", () => undefined).end("SSH-2.0-hello\r\n\r\n"));
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    const { port } = odd.address() as AddressInfo;
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: "http_bad_response", retryable: false });
    odd.close();
  });

  it("of a port that belongs to another protocol is http_denied", () =>
    assert.rejects(fetch("http://127.0.0.1:25/"), { code: "http_denied", retryable: false }));

  it("leaves the next request unharmed", async () => {
    assert.equal((await fetch(`${server.origin}/br`)).body, "hello");
  });
});
