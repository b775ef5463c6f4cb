import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CORPUS } from "../../../dev/standins/duckduckgo/corpus.ts";
import { startDuckDuckGo, type DuckDuckGo } from "../../../dev/standins/duckduckgo/duckduckgo.ts";
import { startStandInServer } from "../../../dev/standins/standInServer.ts";
import type { Json } from "../../../protocol/json.ts";
import { createComputeThreads } from "../../compute/computeThreads.ts";
import type { MappedError, ToolContext } from "../service.ts";
import { ticksDuring } from "../../../test/support/ticks.ts";
import { TOOL_CONTEXT } from "../testing/toolContext.ts";
import { explainThrown } from "../toolFailure.ts";
import type { SearchResult } from "./resultPage.ts";
import { createWebsearch, type WebsearchOptions } from "./websearch.ts";

const compute = createComputeThreads(1);
after(() => compute.close());

function searchAt(url: string, options: Partial<WebsearchOptions> = {}) {
  const service = createWebsearch({ compute, url, pauseMs: 0, ...options });
  const method = service.method(["search"])!;
  return {
    search: (args: Json[], context: Partial<ToolContext> = {}) =>
      method.call(args, { ...TOOL_CONTEXT, ...context }) as Promise<SearchResult[]>,
    summary: (args: Json[]) => method.summary!(args, []),
    /** What the task and Temporal learn of a search that fails. */
    failure: async (args: Json[], context: Partial<ToolContext> = {}): Promise<MappedError> => {
      const answer = method.call(args, { ...TOOL_CONTEXT, ...context });
      return answer.then(
        (value) => assert.fail(`it answered ${JSON.stringify(value)}`),
        (thrown: unknown) => explainThrown(thrown, service),
      );
    },
    close: () => service.close!(),
  };
}

describe("websearch.search", () => {
  let engine: DuckDuckGo;
  let web: ReturnType<typeof searchAt>;
  before(async () => {
    engine = await startDuckDuckGo();
    web = searchAt(engine.url);
  });
  after(async () => {
    await web.close();
    await engine.stop();
  });

  it("answers title, address and snippet, with redirects resolved and advertisements left out", async () => {
    const results = await web.search(["Gmail API tutorial", { max: 2 }]);
    const expected = CORPUS.find(({ title }) => title === "Gmail API: tutorial")!;
    assert.deepEqual(results[0], { title: expected.title, url: expected.url, snippet: expected.text });
    assert.equal(results.length, 2);
    assert.ok(results.every(({ url }) => !url.includes("duckduckgo") && !url.includes("shop")));
  });

  it("follows the page's own form until it has as many as asked for", async () => {
    const start = engine.log.length;
    const all = await web.search(["a", { max: 100 }]);
    const requests = engine.log.slice(start);
    assert.ok(all.length > 20);
    assert.equal(requests.length, Math.ceil(all.length / 10));
    assert.equal(new Set(all.map(({ url }) => url)).size, all.length);
    assert.equal(new URLSearchParams(requests[1]!.body).get("vqd")?.slice(0, 2), "4-");
    assert.equal((await web.search(["a", { max: 11 }])).length, 11);
    assert.equal((await web.search(["a"])).length, 10);
  });

  it("passes region, safe search and time on, on further pages too", async () => {
    const start = engine.log.length;
    await web.search(["a", { max: 20, region: "de-de", safe: "strict", time: "month" }]);
    for (const { body } of engine.log.slice(start)) {
      const form = new URLSearchParams(body);
      assert.deepEqual([form.get("kl"), form.get("kp"), form.get("df")], ["de-de", "1", "m"]);
    }
    assert.equal(engine.log.length, start + 2);
  });

  it("answers an empty list when the page says that there is nothing", async () => {
    assert.deepEqual(await web.search(["zzzzqqqq"]), []);
  });

  const refused: [string, Json[], RegExp][] = [
    ["no query", [], /what to search for/],
    ["an empty query", ["  "], /what to search for/],
    ["a query of 501 characters", ["x".repeat(501)], /longer than 500/],
    ["options that are none", ["q", 3], /object of options/],
    ["an unknown option", ["q", { maximum: 3 }], /no option "maximum"\. It takes max, region, safe, time/],
    ["max 0", ["q", { max: 0 }], /from 1 to 100/],
    ["max 101", ["q", { max: 101 }], /from 1 to 100/],
    ["max 1.5", ["q", { max: 1.5 }], /from 1 to 100/],
    ["a region that is none", ["q", { region: "Germany" }], /as "de-de"/],
    ["safe that is none", ["q", { safe: "constructor" }], /strict, moderate, off/],
    ["a time that is none", ["q", { time: "decade" }], /day, week, month, year/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what} before it asks anybody`, async () => {
      const start = engine.log.length;
      const { error, retryable } = await web.failure(args);
      assert.deepEqual([error.code, error.class, retryable], ["invalid_argument", "guest", false]);
      assert.match(error.message, message);
      assert.equal(engine.log.length, start);
    });
  }

  it("accepts its bounds", async () => {
    assert.deepEqual(await web.search(["z".repeat(500), { max: 1 }]), []);
    assert.equal((await web.search(["a", { max: 1 }])).length, 1);
  });

  it("is blocked by a challenge, 403 and 429, and tries again a few times, later each time", async () => {
    for (const fault of [
      { kind: "challenge" },
      { kind: "status", status: 403 },
      { kind: "status", status: 429 },
    ] as const) {
      engine.fail(fault, fault);
      const first = await web.failure(["a"]);
      assert.deepEqual([first.error.code, first.error.class, first.retryable], ["websearch_blocked", "tool", true]);
      assert.match(first.error.message, /takes Tasker for a bot.*TASKER_WEBSEARCH_URL/);
      const fourth = await web.failure(["a"], { attempt: 4 });
      assert.equal(fourth.retryable, false);
      assert.ok(fourth.retryAfterMs! > first.retryAfterMs!);
    }
  });

  it("tries again after a 500", async () => {
    engine.fail({ kind: "status", status: 500 });
    const { error, retryable } = await web.failure(["a"]);
    assert.deepEqual([error.code, retryable], ["websearch_unavailable", true]);
  });

  it("gives a page up that does not come, and tries again", async () => {
    engine.fail({ kind: "hang" });
    const impatient = searchAt(engine.url, { pageMs: 20 });
    const { error, retryable } = await impatient.failure(["a"]);
    assert.deepEqual([error.code, error.class, retryable], ["websearch_timeout", "tool", true]);
    await impatient.close();
  });

  it("ends at once when its call is cancelled", async () => {
    const cancel = new AbortController();
    engine.fail({ kind: "hang" });
    const start = engine.log.length;
    const search = web.search(["a"], { signal: cancel.signal });
    while (engine.log.length === start) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(new Error("cancelled"));
    await assert.rejects(search, /cancelled/);
  });

  it("says what it is about without the query, which may hold a secret", () => {
    assert.equal(web.summary(["secret", { max: 3, region: "de-de" }]), "at most 3, de-de");
  });
});

describe("a page that is no page of results is an error, never an empty list", () => {
  const html = { "content-type": "text/html" };
  const pages: [string, number, Record<string, string>, string, string][] = [
    ["an empty page", 200, html, "", "websearch_changed"],
    [
      "other markup",
      200,
      html,
      "<main><article><a href='https://x.example'>x</a></article></main>",
      "websearch_changed",
    ],
    ["an empty list that does not say so", 200, html, '<div id="links" class="results"></div>', "websearch_changed"],
    ["results without links", 200, html, '<div id="links"><div class="result">x</div></div>', "websearch_changed"],
    [
      "results that lead to no web address",
      200,
      html,
      '<div class="result"><a class="result__a" href="javascript:x">x</a></div>',
      "websearch_changed",
    ],
    ["JSON", 200, { "content-type": "application/json" }, "[]", "websearch_changed"],
    ["a page without a type", 200, {}, "<div id='links'></div>", "websearch_changed"],
    ["a redirect", 302, { ...html, location: "https://example.com/" }, "", "websearch_changed"],
    ["a 404", 404, html, "<div class='no-results'></div>", "websearch_changed"],
    ["a challenge with status 200", 200, html, '<div class="x anomaly-modal__title">bots</div>', "websearch_blocked"],
    ["the error page", 200, html, "<p>please let us know: error-lite@duckduckgo.com</p>", "websearch_blocked"],
    ["a 202 without a body", 202, html, "", "websearch_blocked"],
  ];
  for (const [what, status, headers, body, code] of pages) {
    it(`${what}: ${code}`, async () => {
      const server = await startStandInServer((_, response) => void response.writeHead(status, headers).end(body));
      const web = searchAt(`${server.url}/html/`);
      const { error } = await web.failure(["q"]);
      assert.deepEqual([error.code, error.class], [code, "tool"]);
      assert.match(error.message, /TASKER_WEBSEARCH_URL/);
      await web.close();
      await server.stop();
    });
  }

  it("a page that never ends stops at its bound", async () => {
    const chunk = " ".repeat(1024 * 1024);
    const server = await startStandInServer((_, response) => {
      response.writeHead(200, html);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once("drain", more);
      };
      more();
    });
    const web = searchAt(server.url);
    const { error } = await web.failure(["q"]);
    assert.match(error.message, /larger than 4194304 bytes/);
    await web.close();
    await server.stop();
  });

  it("a next page elsewhere is not asked", async () => {
    const server = await startStandInServer((_, response) => {
      const form =
        '<div class="nav-link"><form action="https://evil.example/"><input name="s" value="10"></form></div>';
      const result = '<div class="result"><a class="result__a" href="https://a.example/">A</a></div>';
      response.writeHead(200, html).end(result + form);
    });
    const web = searchAt(server.url);
    assert.match((await web.failure(["q"])).error.message, /next page is elsewhere/);
    assert.equal((await web.search(["q", { max: 1 }])).length, 1);
    await web.close();
    await server.stop();
  });

  it("nobody at the address: retried", async () => {
    const server = await startStandInServer(() => undefined);
    await server.stop();
    const web = searchAt(server.url);
    const { error, retryable } = await web.failure(["q"]);
    assert.deepEqual([error.code, retryable], ["websearch_unavailable", true]);
    await web.close();
  });
});

describe("a page that was made to be slow", () => {
  it("does not hold the worker, and the search ends with what is wrong", async () => {
    const html = "<div class=result>".repeat(20_000);
    const server = await startStandInServer((_request, response) => {
      response.setHeader("content-type", "text/html").end(html);
    });
    const { failure, close } = searchAt(`${server.url}/html/`);
    let mapped: MappedError | undefined;
    const ticks = await ticksDuring(async () => (mapped = await failure(["anything"])));
    assert.equal(mapped?.error.code, "websearch_changed");
    assert.match(mapped.error.message, /cannot be read within the time for it/);
    assert(ticks > 10, `${ticks} turns`);
    await close();
    await server.stop();
  });
});
