import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Json } from "../../../protocol/json.ts";
import { methodFacts } from "../methodFacts.ts";
import { gapiOf, json, startGoogle, type GoogleFixture } from "./gapiFixture.ts";

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

const call = (path: string, params?: Json, options?: Json) => tools.call(path, params, options);
const last = () => google.requests.at(-1) ?? assert.fail("a request was made");

describe("tools.gapi sends", () => {
  it("what googleapis works out of path, query and body, to the base URL, and answers the body alone", async () => {
    google.onApi = (_, response) => json(response, 200, { messages: [{ id: "1" }] });
    const answer = await call("gmail.users.messages.list", { userId: "me", q: "in:inbox a&b", labelIds: ["A", "B"] });
    assert.deepEqual(answer, { messages: [{ id: "1" }] });
    assert.equal(last().method, "GET");
    assert.equal(last().url, "/gmail/v1/users/me/messages?q=in%3Ainbox%20a%26b&labelIds=A&labelIds=B");

    await call("gmail.users.messages.modify", { userId: "me", id: "1", requestBody: { addLabelIds: ["X"] } });
    assert.equal(last().method, "POST");
    assert.deepEqual(JSON.parse(last().body), { addLabelIds: ["X"] });
    assert.equal(last().headers["content-type"], "application/json");
  });

  it("the call's idempotency key, its own name, and the host that the base URL took the place of", async () => {
    await call("people.people.get", { resourceName: "people/me", personFields: "names" });
    assert.equal(last().url, "/v1/people/me?personFields=names");
    assert.equal(last().headers["idempotency-key"], "run:1");
    assert.match(last().headers["user-agent"] ?? "", /^tasker\b/);
    assert.equal(last().headers["x-forwarded-host"], "people.googleapis.com");
  });

  it("below the base URL's own path", async () => {
    const proxied = gapiOf(google, { baseUrl: `${google.origin}/google/` });
    await proxied.call("drive.files.list", { pageSize: 1 });
    assert.equal(last().url, "/google/drive/v3/files?pageSize=1");
    await proxied.close();
  });

  it("the usual customer where a method needs one and none is named", async () => {
    const customers: [path: string, params: Json, url: string][] = [
      ["admin.domains.list", {}, "/admin/directory/v1/customer/my_customer/domains"],
      ["admin.domains.list", { customer: "C1" }, "/admin/directory/v1/customer/C1/domains"],
      ["admin.directory.customers.get", {}, "/admin/directory/v1/customers/my_customer"],
      ["admin.directory.users.list", { maxResults: 1 }, "/admin/directory/v1/users?customer=my_customer&maxResults=1"],
      ["admin.directory.users.list", { domain: "a.example" }, "/admin/directory/v1/users?domain=a.example"],
      ["admin.directory.groups.list", { userKey: "jane" }, "/admin/directory/v1/groups?userKey=jane"],
    ];
    for (const [path, params, url] of customers) {
      await call(path, params);
      assert.equal(last().url, url);
    }
  });

  it("an upload's text or bytes, with its metadata if there is any", async () => {
    await call("drive.files.create", { media: { mimeType: "text/csv", body: "a,b" } });
    assert.equal(last().url, "/upload/drive/v3/files?uploadType=media");
    assert.deepEqual([last().headers["content-type"], last().body], ["text/csv", "a,b"]);
    const base64 = Buffer.from("hé").toString("base64");
    await call("drive.files.create", { requestBody: { name: "n" }, media: { mimeType: "text/plain", base64 } });
    assert.match(last().body, /{"name":"n"}\r\n--.*\r\ncontent-type: text\/plain\r\n\r\nhé\r\n--/s);
  });

  it("no token where a method needs none", async () => {
    await call("discovery.apis.list", { name: "gmail" });
    assert.equal(last().headers.authorization, undefined);
    assert.equal(google.exchanges.length, 0);
  });
});

describe("tools.gapi answers", () => {
  it("null for a body that is empty", async () => {
    google.onApi = (_, response) => response.writeHead(204).end();
    assert.equal(await call("gmail.users.messages.trash", { userId: "me", id: "1" }), null);
    google.onApi = (_, response) => response.writeHead(200, { "content-type": "text/html" }).end();
    assert.equal(await call("gmail.users.stop", { userId: "me" }), null);
  });

  it("a file as text or as base64, by its type", async () => {
    google.onApi = (_, response) =>
      response.setHeader("content-type", "text/plain; charset=ISO-8859-1").end(Buffer.from([0x66, 0xfc, 0x72]));
    assert.deepEqual(await call("drive.files.get", { fileId: "1", alt: "media" }), {
      contentType: "text/plain; charset=ISO-8859-1",
      text: "für",
    });
    google.onApi = (_, response) => response.setHeader("content-type", "application/pdf").end(Buffer.from([0, 255]));
    const pdf = { contentType: "application/pdf", base64: "AP8=" };
    assert.deepEqual(await call("drive.files.export", { fileId: "1", mimeType: "application/pdf" }), pdf);
  });
});

describe("tools.gapi acts as", () => {
  const subjects = async (work: (tools: ReturnType<typeof gapiOf>) => Promise<unknown>, subject?: string) => {
    const other = gapiOf(google, { subject });
    await work(other).finally(() => other.close());
    return google.exchanges.splice(0).map((exchange) => exchange.subject);
  };
  const list = (userId: string, options?: Json) => (on: ReturnType<typeof gapiOf>) =>
    on.call("gmail.users.messages.list", { userId }, options);

  it("whom the options name, else the owner of the mailbox, else the configured subject, else the account itself", async () => {
    assert.deepEqual(await subjects(list("jane@example.com", { subject: "bob@example.com" }), "admin@example.com"), [
      "bob@example.com",
    ]);
    assert.deepEqual(await subjects(list("jane@example.com"), "admin@example.com"), ["jane@example.com"]);
    assert.deepEqual(await subjects(list("me"), "admin@example.com"), ["admin@example.com"]);
    assert.deepEqual(await subjects(list("me", { subject: null }), "admin@example.com"), [undefined]);
    assert.deepEqual(await subjects(list("me")), [undefined]);
  });

  it("the configured subject where a parameter of another API names a user", async () => {
    const get = (on: ReturnType<typeof gapiOf>) =>
      on.call("admin.directory.users.get", { userKey: "jane@example.com" });
    assert.deepEqual(await subjects(get, "admin@example.com"), ["admin@example.com"]);
  });

  it("the authorized user, and nobody else, with a refresh token", async () => {
    const key = {
      ...{ type: "authorized_user", client_id: "1.apps", client_secret: "s3cret", refresh_token: "1//r" },
      token_uri: `${google.origin}/token`,
    };
    const user = gapiOf(google, { key, subject: "admin@example.com" });
    await user.call("gmail.users.messages.list", { userId: "me" });
    await user.call("drive.files.list", {});
    assert.deepEqual(
      google.exchanges.map(({ grant }) => grant),
      ["refresh_token"],
    );
    await assert.rejects(user.call("gmail.users.messages.list", { userId: "me" }, { subject: "jane@example.com" }), {
      code: "invalid_argument",
    });
    await user.close();
  });
});

describe("tools.gapi asks for", () => {
  it("the method's scope unless the call names its own, in full or in short", async () => {
    await call("gmail.users.messages.list", { userId: "me" });
    await call("gmail.users.messages.list", { userId: "me" }, { scopes: ["gmail.modify", "https://mail.google.com/"] });
    assert.deepEqual(
      google.exchanges.map(({ scope }) => scope),
      [
        "https://www.googleapis.com/auth/gmail.readonly",
        "https://www.googleapis.com/auth/gmail.modify https://mail.google.com/",
      ],
    );
  });

  it("one token for each subject and scope set, however many calls wait for it, over few connections", async () => {
    const before = google.connections();
    const many = gapiOf(google, { subject: "admin@example.com" });
    const calls = Array.from({ length: 200 }, (_, i) =>
      i % 2
        ? many.call("gmail.users.messages.list", { userId: i % 4 === 1 ? "jane@example.com" : "bob@example.com" })
        : many.call("admin.directory.users.list", { maxResults: i + 1 }),
    );
    await Promise.all(calls);
    assert.deepEqual(google.exchanges.map(({ subject, scope }) => `${subject} ${scope}`).sort(), [
      "admin@example.com https://www.googleapis.com/auth/admin.directory.user.readonly",
      "bob@example.com https://www.googleapis.com/auth/gmail.readonly",
      "jane@example.com https://www.googleapis.com/auth/gmail.readonly",
    ]);
    assert.equal(google.requests.length, 200);
    assert.ok(google.connections() - before <= 64, `${google.connections() - before} connections`);
    await many.close();
  });
});

describe("tools.gapi tells the workflow that", () => {
  it("GET reads and everything else has an effect, and whom the call acts as", () => {
    const facts = (path: string, ...args: Json[]) => methodFacts(tools.method(path), args);
    assert.equal(facts("gmail.users.messages.list", { userId: "jane@example.com" }).kind, "read");
    assert.equal(facts("gmail.users.messages.send", { userId: "me" }).kind, "effect");
    assert.equal(
      facts("gmail.users.messages.list", { userId: "jane@example.com", q: "x" }).summary,
      "GET as jane@example.com",
    );
    assert.equal(facts("drive.files.delete", { fileId: "1" }).summary, "DELETE as admin@example.com");
  });

  it("an attempt may take as long as the call allows", () => {
    const facts = methodFacts(tools.method("drive.files.list"), [{}, { timeoutMs: 120_000 }]);
    assert.equal(facts.timeouts?.startToCloseMs, 130_000);
  });
});

describe("tools.gapi refuses", () => {
  const REFUSED: readonly [what: string, path: string, params: Json, options: Json | undefined, says: RegExp][] = [
    [
      "a parameter that is missing",
      "gmail.users.messages.get",
      { userId: "me" },
      undefined,
      /needs the parameter id\b/,
    ],
    ["an empty one in the path", "gmail.users.messages.get", { userId: "me", id: "" }, undefined, /"id" is empty/],
    [
      "a path out of the method",
      "gmail.users.messages.get",
      { userId: "me", id: ".." },
      undefined,
      /"id" is not the name/,
    ],
    [
      "an encoded one",
      "people.people.get",
      { resourceName: "people/%2E%2e/x", personFields: "a" },
      undefined,
      /not the name/,
    ],
    ["a query in the path", "people.people.get", { resourceName: "people/me?alt=media" }, undefined, /not the name/],
    ["a key in place of the token", "drive.files.list", { auth: "AIza" }, undefined, /"auth" cannot be set/],
    ["headers", "drive.files.list", { headers: { host: "x" } }, undefined, /"headers" cannot be set/],
    ["another form of answer", "drive.files.list", { alt: "proto" }, undefined, /"alt" must be/],
    ["a body where nothing is written", "drive.files.list", { requestBody: {} }, undefined, /takes no requestBody/],
    [
      "a resource outside of requestBody",
      "calendar.events.insert",
      { calendarId: "p", start: {} },
      undefined,
      /requestBody/,
    ],
    [
      "an upload where none is taken",
      "gmail.users.messages.trash",
      { userId: "me", id: "1", media: {} },
      undefined,
      /no upload/,
    ],
    ["parameters that are no object", "drive.files.list", ["x"], undefined, /must be an object/],
    ["an unknown option", "drive.files.list", {}, { subjet: "a@b" }, /no option "subjet"/],
    ["a subject that is no address", "drive.files.list", {}, { subject: "jane" }, /e-mail address/],
    ["a scope with a space", "drive.files.list", {}, { scopes: "a b" }, /without spaces/],
    ["a timeout past the bound", "drive.files.list", {}, { timeoutMs: 600_001 }, /1 to 600000/],
  ];
  for (const [what, path, params, options, says] of REFUSED) {
    it(what, async () => {
      await assert.rejects(call(path, params, options), (error: Error & { code: string; class: string }) => {
        assert.deepEqual([error.code, error.class], ["invalid_argument", "guest"]);
        assert.match(error.message, says);
        return true;
      });
      assert.equal(google.requests.length, 0, "nothing was sent");
    });
  }
});

describe("tools.gapi", () => {
  const own = (name: string, ...args: Json[]) =>
    tools.method(name).call(args, { signal: new AbortController().signal } as never);

  it("authenticate answers what was granted, to whom and until when, and no token", async () => {
    const before = Date.now();
    const answer = (await own("authenticate", "gmail.readonly")) as { expiresAt: string };
    assert.deepEqual(Object.keys(answer), ["granted", "subject", "expiresAt"]);
    assert.deepEqual(answer, {
      granted: ["https://www.googleapis.com/auth/gmail.readonly"],
      subject: "admin@example.com",
      expiresAt: new Date(answer.expiresAt).toISOString(),
    });
    const lifeMs = Date.parse(answer.expiresAt) - before;
    assert.ok(lifeMs > 3_590_000 && lifeMs < 3_610_000, `${lifeMs} ms`);
    assert.deepEqual(
      google.exchanges.map(({ subject }) => subject),
      ["admin@example.com"],
    );
  });

  it("describe and info ask nobody", async () => {
    const described = await own("describe", "tools.gapi.admin.users.list");
    assert.deepEqual(
      { ...(described as object), scopes: [] },
      {
        ...{ tool: "gapi.admin.directory.users.list", api: "admin", version: "directory_v1", httpMethod: "GET" },
        ...{ required: [], scopes: [], scope: "https://www.googleapis.com/auth/admin.directory.user.readonly" },
        url: "https://admin.googleapis.com/admin/directory/v1/users",
      },
    );
    await assert.rejects(
      own("describe", "gmail.users.mesages.list"),
      /Did you mean tools\.gapi\.gmail\.users\.messages\.list/,
    );
    assert.deepEqual(await own("info"), {
      ...{ credential: "service_account", clientId: "1234567890", email: "tasker@test.iam.gserviceaccount.com" },
      ...{ subject: "admin@example.com", tokenUri: `${google.origin}/token`, baseUrl: google.origin },
    });
    assert.deepEqual([google.requests.length, google.exchanges.length], [0, 0]);
  });
});
