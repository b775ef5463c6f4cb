import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from "node:test";
import type { Json } from "../../../protocol/json.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { startServer } from "../http/httpFixture.ts";
import type { MappedError } from "../service.ts";
import { explainThrown } from "../toolFailure.ts";
import { gapiOf, json, refusal, startGoogle, type Api, type GoogleFixture } from "./gapiFixture.ts";

let google: GoogleFixture;
let tools: ReturnType<typeof gapiOf>;
before(async () => {
  google = await startGoogle();
});
beforeEach(() => {
  google.reset();
  tools = gapiOf(google, { subject: "admin@example.com" });
});
afterEach(() => tools.close());
after(() => google.close());

/** What the failed call means to the task, as the tools' wrapper sees it. */
async function failed(work: Promise<unknown>): Promise<MappedError> {
  const thrown: unknown = await work.then(
    () => assert.fail("the call was to fail"),
    (error: unknown) => error,
  );
  return explainThrown(thrown, tools.gapi);
}

const list = (options?: Json) => tools.call("gmail.users.messages.list", { userId: "jane@example.com" }, options);
const answer =
  (status: number, body: Json, headers?: Record<string, string>): Api =>
  (_, response) =>
    json(response, status, body, headers);

describe("what Google refuses rejects with its own reason and message:", () => {
  const REFUSALS: readonly [status: number, reason: string, code: string, retryable: boolean][] = [
    [400, "invalidArgument", "invalid_argument", false],
    [403, "forbidden", "forbidden", false],
    [403, "insufficientPermissions", "forbidden", false],
    [403, "accessNotConfigured", "forbidden", false],
    [403, "domainPolicy", "forbidden", false],
    [404, "notFound", "not_found", false],
    [409, "duplicate", "conflict", false],
    [410, "updatedMinTooLongAgo", "gone", false],
    [412, "conditionNotMet", "conflict", false],
    [418, "teapot", "google_refused", false],
    [403, "dailyLimitExceeded", "quota_exhausted", false],
    [429, "dailyLimitExceeded", "quota_exhausted", false],
    [403, "rateLimitExceeded", "rate_limited", true],
    [403, "userRateLimitExceeded", "rate_limited", true],
    [403, "quotaExceeded", "rate_limited", true],
    [429, "rateLimitExceeded", "rate_limited", true],
    [408, "timeout", "google_unavailable", true],
    [500, "backendError", "google_unavailable", true],
    [503, "backendError", "google_unavailable", true],
  ];
  for (const [status, reason, code, retryable] of REFUSALS) {
    it(`${status} ${reason} is ${code}${retryable ? ", and passes" : ""}`, async () => {
      google.onApi = answer(status, refusal(status, reason, "Google's words."));
      const { error, ...rest } = await failed(list());
      assert.deepEqual([error.code, error.class, rest.retryable], [code, status === 400 ? "guest" : "tool", retryable]);
      assert.equal(
        error.message,
        `Google answered gapi.gmail.users.messages.list (as jane@example.com) with ${status} ${reason}: Google's words.`,
      );
      assert.equal(google.requests.length, 1, "nothing is tried again in here");
    });
  }

  it("the newer form of error, OAuth's form, and a page in place of one", async () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVICE_DISABLED" }];
    google.onApi = answer(403, { error: { code: 403, message: "Off.", status: "PERMISSION_DENIED", details } });
    assert.match((await failed(list())).error.message, /403 SERVICE_DISABLED: Off\.$/);
    google.onApi = answer(403, { error: "access_denied", error_description: "No." });
    assert.match((await failed(list())).error.message, /403 access_denied: No\.$/);
    google.onApi = (_, response) => response.writeHead(502).end("<html><h1>Bad  Gateway</h1></html>");
    assert.match((await failed(list())).error.message, /502: Bad Gateway$/);
    google.onApi = answer(400, { error: { errors: "x", details: [null, 1], status: {} } });
    assert.equal((await failed(list())).error.code, "invalid_argument");
  });

  it("and says what to configure where an administrator was wanted and nobody named", async () => {
    google.onApi = answer(403, refusal(403, "forbidden", "Not Authorized to access this resource/api"));
    const { error } = await failed(tools.call("admin.domains.list", {}, { subject: null }));
    assert.match(
      error.message,
      /\(as the service account itself\).*name one to act as: options\.subject, or TASKER_GOOGLE_SUBJECT/,
    );
  });
});

describe("the wait that Google asks for is passed on", () => {
  it("in seconds", async () => {
    google.onApi = answer(429, refusal(429, "rateLimitExceeded", "Slow down."), { "retry-after": "7" });
    assert.equal((await failed(list())).retryAfterMs, 7000);
  });

  it("as a date", async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    google.onApi = answer(503, refusal(503, "backendError", "Later."), { "retry-after": date });
    const { retryAfterMs = 0 } = await failed(list());
    assert.ok(retryAfterMs > 55_000 && retryAfterMs <= 60_000, `${retryAfterMs} ms`);
  });

  it("of the token endpoint, too", async () => {
    google.onToken = (_, response) => json(response, 429, { error: "rate_limited" }, { "retry-after": "3" });
    const { error, ...rest } = await failed(list());
    assert.deepEqual({ code: error.code, ...rest }, { code: "rate_limited", retryable: true, retryAfterMs: 3000 });
    assert.equal(google.exchanges.length, 1, "nothing is tried again in here");
  });
});

describe("a token that Google refuses", () => {
  it("is replaced once, and the call goes on", async () => {
    google.onApi = (_, response, token) =>
      token === 1
        ? json(response, 401, refusal(401, "authError", "Invalid Credentials"))
        : json(response, 200, { token: token ?? null });
    assert.deepEqual(await list(), { token: 2 });
    assert.equal(google.exchanges.length, 2);
  });

  it("is replaced once for all the calls that it was refused to", async () => {
    await list();
    let refused = 0;
    google.onApi = (_, response, token) =>
      token === 1 && ++refused > 0
        ? json(response, 401, refusal(401, "authError", ""))
        : json(response, 200, { token: token ?? null });
    const answers = await Promise.all(Array.from({ length: 50 }, () => list()));
    assert.deepEqual(new Set(answers.map((each) => JSON.stringify(each))), new Set(['{"token":2}']));
    assert.ok(refused > 1, "several calls had the old one");
    assert.equal(google.exchanges.length, 2);
  });

  it("a second time is the end: the credential was read again, and another one counts", async () => {
    let reads = 0;
    const keys = [google.key(), google.key({ client_id: "2" })];
    const other = gapiOf(google, {
      credentials: {
        get: () => Promise.resolve(JSON.stringify(keys[Math.min(reads, 1)])),
        forget: () => reads++,
      },
    });
    google.onApi = answer(401, refusal(401, "authError", "Invalid Credentials"));
    const { error, retryable } = await failed(other.call("drive.files.list"));
    assert.deepEqual([error.code, retryable], ["unauthenticated", false]);
    assert.equal(google.requests.length, 2);
    assert.equal(google.exchanges.length, 2);
    assert.equal(reads, 2, "forgotten after each refusal");
    await other.close();
  });

  it("never shows, not even where an answer repeats it", async () => {
    google.onApi = ({ headers }, response) =>
      json(response, 403, refusal(403, "forbidden", `Bad ${headers.authorization}`));
    const { error } = await failed(list());
    assert.match(error.message, /Bad Bearer \[access token\]$/);
    google.onApi = ({ headers }, response) => json(response, 200, { echoed: headers.authorization ?? null });
    assert.deepEqual(await list(), { echoed: "Bearer [access token]" });
  });
});

describe("the token endpoint's refusals name who has to do what:", () => {
  const refuse = (status: number, error: string, error_description: string, headers?: Record<string, string>) => {
    google.onToken = (_, response) => json(response, status, { error, error_description }, headers);
    return failed(list());
  };

  it("a scope that was not granted", async () => {
    const { error, retryable } = await refuse(
      401,
      "unauthorized_client",
      "Client is unauthorized to retrieve access tokens.",
    );
    assert.deepEqual([error.code, error.class, retryable], ["scope_not_granted", "tool", false]);
    assert.match(
      error.message,
      /^Client ID 1234567890 may not act as jane@example\.com with https:\S+\/gmail\.readonly\. /,
    );
    assert.match(error.message, /Admin console: Security, .*API controls, Domain-wide delegation/);
    assert.match(error.message, /127\.0\.0\.1:\d+ said unauthorized_client: Client is unauthorized/);
    assert.equal(
      (await refuse(403, "access_denied", "Requested client not authorized.")).error.code,
      "scope_not_granted",
    );
  });

  it("a key that was revoked", async () => {
    const { error, retryable } = await refuse(400, "invalid_grant", "Invalid JWT Signature.");
    assert.deepEqual([error.code, retryable], ["credentials_revoked", false]);
    assert.match(error.message, /key of tasker@test\.iam\.gserviceaccount\.com was deleted .*create a new key/);
  });

  it("a subject that is nobody", async () => {
    const { error } = await refuse(400, "invalid_grant", "Invalid email or User ID");
    assert.equal(error.code, "unknown_subject");
    assert.match(error.message, /no user jane@example\.com/);
  });

  it("this machine's clock, and by how much it is off", async () => {
    const text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    const behind = await refuse(400, "invalid_grant", text, { date: new Date(Date.now() + 600_000).toUTCString() });
    assert.equal(behind.error.code, "clock_wrong");
    assert.match(behind.error.message, /^This machine's clock is 10 minutes behind Google's\./);
    const ahead = await refuse(400, "invalid_grant", text, { date: new Date(Date.now() - 90_000).toUTCString() });
    assert.match(ahead.error.message, /^This machine's clock is (89|90|91) seconds ahead of Google's\./);
  });

  it("another credential is used at once when the operator puts one in the place of a refused one", async () => {
    let key: Json = google.key({ client_email: "old@test" });
    let kept: Json | undefined;
    const other = gapiOf(google, {
      credentials: { get: () => Promise.resolve(JSON.stringify((kept ??= key))), forget: () => (kept = undefined) },
    });
    google.onToken = ({ issuer }, response) =>
      issuer === "old@test" ? json(response, 400, { error: "invalid_grant", error_description: "Bad" }) : undefined;
    assert.equal((await failed(other.call("drive.files.list"))).error.code, "credentials_revoked");
    key = google.key();
    assert.deepEqual(await other.call("drive.files.list"), {});
    await other.close();
  });

  it("what it answers in place of a token", async () => {
    google.onToken = (_, response) => response.setHeader("content-type", "text/html").end("<h1>Sign in</h1>");
    assert.equal((await failed(list())).error.code, "google_not_json");
    google.onToken = (_, response) => response.writeHead(500).end("oops");
    const { error, retryable } = await failed(list());
    assert.deepEqual([error.code, retryable], ["google_unavailable", true]);
    google.onToken = (_, response) => response.destroy();
    assert.equal((await failed(list())).error.code, "google_unreachable");
  });

  it("a missing credential, at the first call", async () => {
    const none = gapiOf(google, { credentials: { get: () => Promise.resolve(undefined), forget: () => undefined } });
    const { error, retryable } = await failed(none.call("drive.files.list"));
    assert.deepEqual([error.code, error.class, retryable], ["credentials_missing", "tool", false]);
    await none.close();
  });
});

describe("an answer that is none:", () => {
  it("larger than a result may be is refused without being read to its end", async () => {
    const chunk = Buffer.alloc(1 << 20, " ");
    let sent = 0;
    google.onApi = async (_, response) => {
      response.setHeader("content-type", "application/json");
      while (!response.destroyed && sent < 20 * LIMITS.resultBytes) {
        sent += chunk.length;
        if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
      }
    };
    const { error, retryable } = await failed(list());
    assert.deepEqual([error.code, error.class, retryable], ["result_too_large", "limit", false]);
    assert.ok(sent < 20 * LIMITS.resultBytes, "the connection was given up");
  });

  it("of exactly that size is taken", async () => {
    google.onApi = (_, response) => response.end(`"${"x".repeat(LIMITS.resultBytes - 2)}"`);
    assert.equal(((await list()) as string).length, LIMITS.resultBytes - 2);
  });

  it("no JSON is an error of the tool that says so", async () => {
    google.onApi = (_, response) => response.setHeader("content-type", "text/html").end("<h1>Welcome</h1>");
    const { error, retryable } = await failed(list());
    assert.deepEqual([error.code, error.class, retryable], ["google_not_json", "tool", false]);
    assert.match(error.message, /not JSON \(text\/html\)/);
  });

  it("a service that hangs ends with the attempt's time, and passes", async () => {
    const open: ServerResponse[] = [];
    google.onApi = (_, response) => open.push(response);
    const { error, retryable } = await failed(list({ timeoutMs: 50 }));
    assert.deepEqual([error.code, error.class, retryable], ["tool_timeout", "tool", true]);
    google.onApi = (_, response) => {
      open.push(response.writeHead(200));
      response.write("{");
    };
    assert.equal((await failed(list({ timeoutMs: 50 }))).error.code, "tool_timeout", "in the middle of a body, too");
    google.onToken = (_, response) => new Promise(() => open.push(response));
    const other = tools.call("drive.files.list", {}, { timeoutMs: 50 });
    assert.equal((await failed(other)).error.code, "tool_timeout", "at the token endpoint, too");
    for (const response of open) response.destroy();
  });

  it("a connection that breaks passes", async () => {
    google.onApi = (_, response) => response.destroy();
    const { error, retryable } = await failed(list());
    assert.deepEqual([error.code, error.class, retryable], ["google_unreachable", "tool", true]);
    const nowhere = gapiOf(google, { baseUrl: "http://127.0.0.1:9" });
    assert.deepEqual((await failed(nowhere.call("drive.files.list"))).retryable, true);
    await nowhere.close();
  });
});

it("a call that is cancelled ends with the reason, and holds no connection", async () => {
  const cancelled = new AbortController();
  let closed: Promise<unknown> = Promise.resolve();
  google.onApi = (_, response) => {
    closed = once(response, "close");
    cancelled.abort(new Error("cancelled by the test"));
  };
  const call = tools.call("drive.files.list", {}, undefined, { signal: cancelled.signal });
  await assert.rejects(call, /cancelled by the test/);
  await closed;
});

describe("a redirection", () => {
  /** Where the fixture sends what it is asked, and what came there. */
  async function elsewhere(t: TestContext) {
    const seen: string[] = [];
    const server = await startServer((request, response) => {
      seen.push(`${request.method} ${request.headers.authorization ?? "no token"}`);
      json(response, 200, { access_token: "stolen", expires_in: 3600, emailAddress: "jane@example.com" });
    });
    t.after(() => server.close());
    const redirect = (response: ServerResponse): unknown =>
      response.writeHead(307, { location: `${server.origin}/token` }).end();
    return { seen, redirect };
  }

  it("of the token endpoint is not followed: what it asks for a credential goes nowhere else", async (t) => {
    const { seen, redirect } = await elsewhere(t);
    google.onToken = (_, response) => redirect(response) ?? true;
    const { error, retryable } = await failed(list());
    assert.equal(error.code, "credentials_invalid");
    assert.match(error.message, /said 307/);
    assert.equal(retryable, false);
    assert.deepEqual(seen, []);
  });

  it("of what has an effect is not followed", async (t) => {
    const { seen, redirect } = await elsewhere(t);
    google.onApi = (_, response) => redirect(response);
    const send = tools.call("gmail.users.messages.send", { userId: "jane@example.com", requestBody: { raw: "eA" } });
    assert.match((await failed(send)).error.message, /307/);
    assert.deepEqual(seen, []);
  });

  it("of what only reads is followed, and the token stays behind", async (t) => {
    const { seen, redirect } = await elsewhere(t);
    google.onApi = (_, response) => redirect(response);
    await list();
    assert.deepEqual(seen, ["GET no token"]);
  });
});
