import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { after, before, describe, it } from "node:test";
import { fetchWith, startServer, type Fetch, type TestServer } from "./httpFixture.ts";
import type { HttpOptions } from "./http.ts";

/** A name server that answers from a list, the last entry for ever; each answer may hold several addresses. */
function names(...answers: string[][]): LookupFunction {
  return (_host, options, callback) => {
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    setImmediate(() =>
      options.all ? callback(null, found) : callback(null, found[0]?.address ?? "", found[0]?.family),
    );
  };
}

let server: TestServer;
before(async () => {
  server = await startServer((request, response) => {
    const to = new URL(request.url ?? "/", "http://x").searchParams.get("to");
    const status = Number(request.headers["x-status"] ?? 302);
    if (to !== null) return response.writeHead(status, { location: to }).end("moved");
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ method: request.method, headers: request.headers }));
  });
});
after(() => server.close());

async function withFetch<T>(options: Partial<HttpOptions>, use: (fetch: Fetch) => Promise<T>): Promise<T> {
  const { fetch, close } = fetchWith(options);
  try {
    return await use(fetch);
  } finally {
    await close();
  }
}

async function isDenied(url: string, options: Partial<HttpOptions>, message = /TASKER_HTTP_PRIVATE/): Promise<void> {
  const before = server.connections();
  await withFetch(options, (fetch) =>
    assert.rejects(fetch(url), { code: "http_denied", class: "tool", retryable: false, message }),
  );
  assert.equal(server.connections(), before, "no connection was made");
}

describe("an address that is not public is refused", () => {
  const spellings = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "①②⑦.⓪.⓪.①",
    "169.254.169.254",
    "2852039166",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
  ];
  for (const host of spellings) {
    it(`spelt ${host}`, () => isDenied(`http://${host}:${server.port}/`, { private: [] }));
  }

  it("over https too", () => isDenied(`https://127.0.0.1:${server.port}/`, { private: [] }));

  it("behind the name localhost", () => isDenied(`http://localhost:${server.port}/`, { private: [] }));

  it("behind any name, even where it is one of several addresses", async () => {
    for (const found of [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]]) {
      await isDenied(`http://rebound.example:${server.port}/`, { private: [], lookup: names(found) });
    }
  });

  it("though the configuration allows another one", () => isDenied("http://127.0.0.2/", { private: ["127.0.0.1"] }));

  it("when a name changes its address after it was used: what is connected to is what is checked", async () => {
    const lookup = names(["127.0.0.1"], ["169.254.169.254"]);
    await withFetch({ lookup }, async (fetch) => {
      const url = `http://rebound.example:${server.port}/`;
      assert.equal((await fetch(url)).status, 200);
      await assert.rejects(fetch(`http://rebound.example:${server.port + 1}/`), { code: "http_denied" });
    });
  });

  it("while the public ones among a name's addresses stay usable", async () => {
    // The loopback address stands for the public one here: it is the one that is allowed.
    const lookup = names(["169.254.169.254", "127.0.0.1"]);
    await withFetch({ lookup }, async (fetch) => {
      assert.equal((await fetch(`http://mixed.example:${server.port}/`)).status, 200);
    });
  });

  it("unless its network, or the host by name, is configured", async () => {
    for (const exception of ["127.0.0.0/8", "127.0.0.1", "localhost"]) {
      const lookup = names(["127.0.0.1"]);
      const answer = await withFetch({ private: [exception], lookup }, (fetch) =>
        fetch(`http://localhost:${server.port}/`),
      );
      assert.equal(answer.status, 200);
    }
  });
});

describe("the allow-list", () => {
  it("refuses other hosts before any name is looked up", () => {
    const lookup: LookupFunction = () => assert.fail("looked up");
    return isDenied("http://other.example/", { allow: ["api.example", "*.api.example"], lookup }, /TASKER_HTTP_ALLOW/);
  });

  it("refuses everything when it is empty", () => isDenied(`${server.origin}/`, { allow: [] }, /TASKER_HTTP_ALLOW/));

  it("lets the hosts through that it names", async () => {
    const options = { allow: ["*.api.example"], lookup: names(["127.0.0.1"]) };
    const answer = await withFetch(options, (fetch) => fetch(`http://v1.api.example:${server.port}/`));
    assert.equal(answer.status, 200);
  });

  it("reads no proxy from the environment", async () => {
    process.env["http_proxy"] = process.env["HTTP_PROXY"] = "http://127.0.0.1:1";
    try {
      assert.equal((await withFetch({}, (fetch) => fetch(`${server.origin}/`))).status, 200);
    } finally {
      delete process.env["http_proxy"];
      delete process.env["HTTP_PROXY"];
    }
  });
});

describe("a redirect", () => {
  const to = (target: string): string => `${server.origin}/?to=${encodeURIComponent(target)}`;

  it("is followed, and the answer says so", async () => {
    const answer = await withFetch({}, (fetch) => fetch(to("/end?x#y")));
    assert.deepEqual([answer.status, answer.redirected, answer.url], [200, true, `${server.origin}/end?x`]);
  });

  for (const [target, code] of [
    ["http://169.254.169.254/latest/meta-data/", "http_denied"],
    ["http://127.0.0.2/", "http_denied"],
    ["//[::1]/", "http_denied"],
    ["http://user:pass@127.0.0.1/", "http_invalid_url"],
    ["file:///etc/passwd", "http_invalid_url"],
    ["http://[", "http_invalid_url"],
  ] as const) {
    it(`to ${target} is refused`, () => withFetch({}, (fetch) => assert.rejects(fetch(to(target)), { code })));
  }

  it("to a host that is not on the allow-list is refused", () =>
    withFetch({ allow: ["127.0.0.1"] }, (fetch) =>
      assert.rejects(fetch(to("http://other.example/")), { code: "http_denied", message: /TASKER_HTTP_ALLOW/ }),
    ));

  it("ten times is followed, eleven times refused", async () => {
    const chain = (length: number): string => (length === 0 ? "/end" : `/?to=${encodeURIComponent(chain(length - 1))}`);
    // A chain within its own query doubles its escapes; a loop by number says the same.
    const loop = await startServer((request, response) => {
      const left = Number((request.url ?? "/0").slice(1));
      return left > 0 ? response.writeHead(307, { location: `/${left - 1}` }).end() : response.end("end");
    });
    await withFetch({}, async (fetch) => {
      assert.equal((await fetch(`${server.origin}${chain(2)}`)).redirected, true);
      assert.equal((await fetch(`${loop.origin}/10`)).body, "end");
      await assert.rejects(fetch(`${loop.origin}/11`), { code: "http_bad_redirect", retryable: false });
    });
    await loop.close();
  });

  it("to another origin keeps only headers that are known to be harmless; within the origin it keeps all", async () => {
    const other = await startServer((request, response) => response.end(JSON.stringify(request.headers)));
    const secret = { Authorization: "Bearer s", Cookie: "c=1", "X-Api-Key": "k", "X-Mine": "1", apikey: "k" };
    const headers = { ...secret, Accept: "a/b", "Idempotency-Key": "i" };
    await withFetch({}, async (fetch) => {
      const kept = (await fetch(to("/end"), { headers })).json as { headers: Record<string, string> };
      assert.deepEqual([kept.headers["x-api-key"], kept.headers["cookie"]], ["k", "c=1"]);
      const { body = "" } = await fetch(to(`${other.origin}/`), { headers });
      const {
        accept,
        "idempotency-key": idempotencyKey,
        "user-agent": agent,
        ...others
      } = JSON.parse(body) as Record<string, string>;
      assert.deepEqual([accept, idempotencyKey, agent], ["a/b", "i", "tasker"]);
      for (const name of Object.keys(secret)) assert.ok(!(name.toLowerCase() in others), name);
    });
    await other.close();
  });

  it("makes a POST a GET for 301, 302 and 303, and keeps it for 307 and 308", async () => {
    const seen: string[] = [];
    const target = await startServer((request, response) => {
      request.resume().on("end", () => {
        seen.push(`${request.method ?? ""} ${request.headers["content-type"] ?? "-"}`);
        response.end();
      });
    });
    await withFetch({}, async (fetch) => {
      for (const status of ["301", "302", "303", "307", "308"]) {
        await fetch(to(target.origin), { method: "POST", body: {}, headers: { "x-status": status } });
      }
    });
    await target.close();
    assert.deepEqual(seen, ["GET -", "GET -", "GET -", "POST application/json", "POST application/json"]);
  });

  it("is the answer with manual, and an error with error", () =>
    withFetch({}, async (fetch) => {
      const answer = await fetch(to("/end"), { redirect: "manual" });
      assert.deepEqual([answer.status, answer.headers["location"], answer.body], [302, "/end", "moved"]);
      await assert.rejects(fetch(to("/end"), { redirect: "error" }), { code: "http_bad_redirect" });
    }));
});
