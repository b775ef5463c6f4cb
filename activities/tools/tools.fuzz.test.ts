import assert from "node:assert/strict";
import { test } from "node:test";
import { APIError } from "openai";
import { TaskerError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { fc, fuzz, oddJson, oddText } from "../../test/support/fuzz.ts";
import { parseRequest } from "./http/request.ts";
import { methodTable } from "./methodTable.ts";
import { explain } from "./openai/explain.ts";
import { createRegistry } from "./registry.ts";
import { retryAfterMs } from "./retryAfter.ts";
import { sleepDuration } from "./sleepDuration.ts";
import { parseChain } from "./supabase/chain.ts";
import { explainThrown, safeError, toolFailure } from "./toolFailure.ts";
import { parseQuery } from "./websearch/query.ts";
import { readResultPage } from "./websearch/resultPage.ts";

/** What a task may be told: a TaskerError whose text Temporal can carry. */
function refusedOnly(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    assert(error instanceof TaskerError, String(error instanceof Error ? error.stack : error));
    assert(Buffer.byteLength(error.message) <= LIMITS.errorBytes);
  }
}

test("a sleep is a whole number of milliseconds within its bounds, or an error that says why", async (t) => {
  const value = fc.oneof(oddJson(), oddText(["5", " minutes", "1.5h", "-", "e9", "y"], 4), fc.double());
  await fuzz(t, 5000, value, (asked) => {
    const duration = sleepDuration(asked);
    if (typeof duration === "number") assert(Number.isInteger(duration) && duration >= 0 && duration <= LIMITS.sleepMs);
    else assert.equal(duration.code, "invalid_argument");
  });
});

test("a wish to wait is a number that is not negative, or none", async (t) => {
  const header = fc.option(oddText(["0", "1.5", "120", "Fri, 27 Nov 2026", " ", "-1", "1e9"], 4));
  await fuzz(t, 5000, fc.tuple(header, header), ([ms, seconds]) => {
    const wish = retryAfterMs({ get: (name) => (name === "retry-after" ? seconds : ms) });
    assert(wish === undefined || wish >= 0);
  });
});

const read = { kind: "read" as const, call: () => Promise.resolve(null) };
const registry = createRegistry([methodTable("http", { fetch: read }), methodTable("gapi", { "a.b": read })]);

test("any path of a tool is found or refused in printable words", async (t) => {
  const segment = fc.oneof(
    oddText(["http", "fetch", "gapi", "a", "b", ".", "tasker:advance", "__proto__"], 3),
    fc.constantFrom("http", "fetch", "constructor"),
  );
  await fuzz(t, 5000, fc.array(segment, { maxLength: 5 }), (path) => {
    const found = registry.resolve(path, { task: "t", tools: null });
    if (found.ok) return assert.match(found.tool, /^[\w.]+$/);
    assert.doesNotMatch(found.tool, /\p{Cc}/u);
    assert(found.tool.isWellFormed() && found.error.message.isWellFormed());
  });
});

test("any arguments of http.fetch, websearch and supabase are parsed or refused", async (t) => {
  const words = [
    "https://example.com/",
    "http://",
    "method",
    "POST",
    "headers",
    "body",
    "timeoutMs",
    "select",
    "eq",
    "from",
    "max",
    "count",
  ];
  const args = fc.array(oddJson(words), { maxLength: 3 });
  const links = fc.array(
    fc.record({
      name: fc.constantFrom(
        "select",
        "eq",
        "in",
        "order",
        "insert",
        "or",
        "filter",
        "limit",
        "rpc",
        "then",
        "toString",
      ),
      args,
    }),
    { maxLength: 4 },
  );
  await fuzz(t, 4000, fc.tuple(args, links), ([given, chained]) => {
    refusedOnly(() => parseRequest(given));
    refusedOnly(() => parseQuery(given));
    for (const path of [["from"], ["rpc"], ["schema"], ["storage", "from"]])
      refusedOnly(() => parseChain(path, given, chained));
  });
});

test("any page of search results is read", async (t) => {
  const words = [
    "<div class=result>",
    '<a class="result__a" href="',
    "https://a.example/",
    '">',
    "</a>",
    "</div>",
    "//duckduckgo.com/l/?uddg=",
    "%",
    '<div class="nav-link"><form action="',
    '"><input name="s" value="10">',
    "</form>",
    "<!--",
    "<script>",
  ];
  await fuzz(t, 2000, oddText(words), (html) => {
    assert(readResultPage({ html, url: "https://duckduckgo.com/html/", offset: 0 }).kind);
  });
});

test("whatever a tool throws becomes a failure that Temporal can carry", async (t) => {
  const thrown = fc.oneof(
    oddText().map((text) => new Error(text)),
    oddJson(),
    oddText(),
    fc.constantFrom(undefined, Object.create(null), Symbol("s"), 1n),
  );
  const attempt = { attempts: 1, startedAt: 0, endedAt: 0 };
  await fuzz(t, 3000, thrown, (error) => {
    const { error: said, ...retry } = explainThrown(error);
    const failure = toolFailure({ error: safeError(said, (text) => text), ...retry }, attempt);
    assert(failure.message.isWellFormed() && !failure.message.includes("\0"));
    assert.match(failure.type ?? "", /^[a-z][a-z0-9_]*$/);
  });
});

test("whatever an OpenAI-compatible server says is explained without its key", async (t) => {
  const key = "sk-the-key-of-the-test";
  const said = fc.tuple(
    fc.constantFrom(400, 401, 403, 404, 408, 409, 429, 500, 503),
    oddJson(["error", "message", "code", "type", key]),
    oddText([key]),
  );
  await fuzz(t, 3000, said, ([status, body, message]) => {
    const error = APIError.generate(status, body as object, message, new Headers());
    const explained = explain(error, { host: "api.example", key, replaced: false });
    assert(!explained.message.includes(key));
  });
});
