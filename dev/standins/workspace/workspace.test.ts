import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { apiRefusal, googleClients, jwt } from "./testing/googleClients.ts";
import { startWorkspace, type Workspace } from "./workspace.ts";

const DIRECTORY = [
  "admin.directory.user.readonly",
  "admin.directory.domain.readonly",
  "admin.directory.customer.readonly",
];

function mailOf(workspace: Workspace, user: string, scopes: readonly string[] = ["gmail.readonly"]) {
  return googleClients(workspace, jwt(workspace, user, scopes)).gmail.users;
}

describe("a stand-in Workspace of 1,000 users, as Google's own clients see it", async () => {
  const workspace = await startWorkspace({ users: 1_000, messagesPerUser: 250 });
  after(() => workspace.stop());
  const { directory } = googleClients(workspace, jwt(workspace, workspace.admin, DIRECTORY));
  const { users } = workspace.organisation;
  const active = users.filter(({ suspended }) => !suspended);
  const busiest = active.toSorted((a, b) => workspace.mailbox(b).length - workspace.mailbox(a).length)[0]!;

  it("knows its customer and four domains", async () => {
    const customer = await directory.customers.get({ customerKey: "my_customer" });
    assert.equal(customer.data.customerDomain, "example.com");
    assert.equal(customer.data.id, workspace.organisation.customerId);
    const { data } = await directory.domains.list({ customer: "my_customer" });
    const names = data.domains?.map(({ domainName }) => domainName);
    assert.deepEqual(names, ["example.com", "research.example.com", "example.org", "shop.example.net"]);
    assert.equal((await apiRefusal(directory.domains.list({ customer: "C0another" }))).code, 400);
  });

  /** Follows page tokens to the end; answers the pages. */
  async function pages<T>(
    get: (pageToken?: string) => Promise<{ items: T[]; next: string | undefined }>,
  ): Promise<T[][]> {
    const all: T[][] = [];
    for (let token: string | undefined; ;) {
      const { items, next } = await get(token);
      all.push(items);
      if (next === undefined) return all;
      token = next;
    }
  }

  it("lists every user of a domain and of the customer once, page by page", async () => {
    const list = (params: { customer: string } | { domain: string }, maxResults?: number) =>
      pages(async (pageToken) => {
        const size = maxResults === undefined ? {} : { maxResults };
        const { data } = await directory.users.list({ ...params, ...size, ...(pageToken && { pageToken }) });
        const items = data.users?.map(({ primaryEmail }) => primaryEmail!) ?? [];
        return { items, next: data.nextPageToken ?? undefined };
      });
    const everybody = await list({ customer: "my_customer" }, 300);
    assert.deepEqual(
      everybody.map(({ length }) => length),
      [300, 300, 300, 100],
    );
    assert.deepEqual(everybody.flat(), users.map(({ email }) => email).sort());
    const defaults = await list({ domain: "example.org" });
    assert.deepEqual(
      defaults.map(({ length }) => length),
      [100, 100, 50],
    );
    assert.ok(defaults.flat().every((email) => email.endsWith("@example.org")));
  });

  it("refuses lists that Google refuses", async () => {
    const refusals = [
      [directory.users.list({}), 400, "badRequest"],
      [directory.users.list({ domain: "elsewhere.example" }), 404, "notFound"],
      [directory.users.list({ customer: "my_customer", maxResults: 501 }), 400, "invalidParameter"],
      [directory.users.list({ customer: "my_customer", pageToken: "made-up" }), 400, "invalid"],
      [directory.users.list({ customer: "my_customer", orderBy: "shoeSize" }), 400, "invalid"],
      [directory.users.list({ customer: "my_customer", query: "shoeSize=46" }), 400, "invalid"],
      [directory.users.get({ userKey: "nobody@example.com" }), 404, "notFound"],
    ] as const;
    for (const [request, code, reason] of refusals) {
      const answer = await apiRefusal(request);
      assert.deepEqual([answer.code, answer.reason], [code, reason], answer.message);
    }
  });

  it("takes a page token for the list only that it came with", async () => {
    const { data } = await directory.users.list({ domain: "example.com", maxResults: 2 });
    const pageToken = data.nextPageToken!;
    assert.equal(
      (await apiRefusal(directory.users.list({ domain: "example.org", maxResults: 2, pageToken }))).code,
      400,
    );
  });

  it("finds users by the simple forms of a query, in the order that is asked for", async () => {
    const found = async (query: string) => {
      const { data } = await directory.users.list({ customer: "my_customer", maxResults: 500, query });
      return data.users?.map(({ primaryEmail }) => primaryEmail!) ?? [];
    };
    const right = (condition: (user: (typeof users)[number]) => boolean) =>
      users
        .filter(condition)
        .map(({ email }) => email)
        .sort();
    assert.deepEqual(
      await found("isSuspended=true"),
      right(({ suspended }) => suspended),
    );
    assert.deepEqual(await found("isAdmin=true"), [workspace.admin]);
    assert.deepEqual(
      await found("givenName:Jane"),
      right(({ givenName }) => givenName === "Jane"),
    );
    assert.deepEqual(
      await found("email:ja*"),
      right(({ email }) => email.startsWith("ja")),
    );
    const { givenName, familyName } = users[5]!;
    const both = right((user) => user.givenName === givenName && user.familyName === familyName);
    assert.deepEqual(await found(`name='${givenName} ${familyName}'`), both);
    assert.deepEqual(await found(`givenName=${givenName} familyName=${familyName}`), both);
    const { data } = await directory.users.list({
      customer: "my_customer",
      orderBy: "familyName",
      sortOrder: "DESCENDING",
      maxResults: 500,
    });
    const names = data.users!.map(({ name }) => name!.familyName!.toLowerCase());
    assert.deepEqual(names, names.toSorted().reverse());
  });

  it("lists a user's mail page by page, newest first, as the search finds it", async () => {
    const messages = mailOf(workspace, busiest.email).messages;
    const q = "in:inbox";
    const found = await pages(async (pageToken) => {
      const { data } = await messages.list({ userId: "me", q, maxResults: 20, ...(pageToken && { pageToken }) });
      assert.equal(data.resultSizeEstimate, workspace.truth({ q }).byUser.get(busiest.email)!.length);
      return { items: data.messages?.map(({ id }) => id!) ?? [], next: data.nextPageToken ?? undefined };
    });
    assert.ok(found.length > 2);
    assert.deepEqual(found.flat(), workspace.truth({ q }).byUser.get(busiest.email));
    const dates = await Promise.all(
      found
        .flat()
        .slice(0, 30)
        .map(async (id) => Number((await messages.get({ userId: "me", id })).data.internalDate)),
    );
    assert.deepEqual(
      dates,
      dates.toSorted((a, b) => b - a),
    );
  });

  it("answers 100 messages unless asked for more, and at most 500", async () => {
    const messages = mailOf(workspace, busiest.email).messages;
    const count = async (maxResults?: number) => {
      const { data } = await messages.list({ userId: "me", includeSpamTrash: true, ...(maxResults && { maxResults }) });
      return data.messages!.length;
    };
    assert.equal(await count(), 100);
    assert.equal(await count(10_000), workspace.mailbox(busiest).length);
  });

  it("answers no list at all where there is no mail", async () => {
    const empty = active.find((user) => workspace.mailbox(user).length === 0)!;
    const { data } = await mailOf(workspace, empty.email).messages.list({ userId: empty.email });
    assert.deepEqual(data, { resultSizeEstimate: 0 });
  });

  it("answers a message in every format", async () => {
    const mail = workspace.mailbox(busiest).find(({ attachment }) => attachment !== undefined)!;
    const get = async (format: string, metadataHeaders: string[] = []) => {
      const params = { userId: "me", id: mail.id, format, metadataHeaders };
      return (await mailOf(workspace, busiest.email).messages.get(params)).data;
    };
    const full = await get("full");
    const header = (name: string) => full.payload!.headers!.find((entry) => entry.name === name)?.value;
    assert.deepEqual([header("From"), header("To"), header("Subject")], [mail.from, mail.to, mail.subject]);
    assert.equal(Date.parse(header("Date")!), Math.floor(mail.date / 1_000) * 1_000);
    assert.deepEqual([full.id, full.threadId, full.labelIds], [mail.id, mail.threadId, mail.labelIds]);
    assert.equal(full.internalDate, String(mail.date));
    const [text, attached] = full.payload!.parts!;
    assert.equal(Buffer.from(text!.body!.data!, "base64url").toString(), mail.body);
    assert.equal(attached!.filename, mail.attachment);
    assert.ok(mail.body.startsWith(full.snippet!));

    const raw = Buffer.from((await get("raw")).raw!, "base64url").toString();
    assert.ok(raw.includes(`Subject: ${mail.subject}\r\n`) && raw.includes(mail.body));
    assert.equal(full.sizeEstimate, Buffer.byteLength(raw));
    assert.equal((await get("minimal")).payload, undefined);
    const { payload } = await get("metadata", ["subject", "From"]);
    assert.deepEqual(
      payload!.headers!.map(({ name }) => name),
      ["Subject", "From"],
    );
    assert.equal(payload!.body, undefined);
  });

  it("refuses what Gmail refuses", async () => {
    const { messages } = mailOf(workspace, busiest.email);
    const metadata = mailOf(workspace, busiest.email, ["gmail.metadata"]).messages;
    const suspended = users.find((user) => user.suspended)!;
    const refusals = [
      [messages.get({ userId: "me", id: "0123456789abcdef" }), 404, "notFound"],
      [messages.get({ userId: "me", id: "not-an-id" }), 400, "invalidArgument"],
      [messages.get({ userId: "me", id: workspace.mailbox(busiest)[0]!.id, format: "odd" }), 400, "invalidArgument"],
      [messages.list({ userId: "me", pageToken: "made-up" }), 400, "invalidArgument"],
      [metadata.list({ userId: "me", q: "in:inbox" }), 403, "forbidden"],
      [mailOf(workspace, suspended.email).messages.list({ userId: "me" }), 400, "failedPrecondition"],
    ] as const;
    for (const [request, code, reason] of refusals) {
      const answer = await apiRefusal(request);
      assert.deepEqual([answer.code, answer.reason], [code, reason], answer.message);
    }
  });

  it("has a profile and labels, and a little of Drive and Calendar", async () => {
    const scopes = ["gmail.readonly", "drive.readonly", "calendar.readonly"];
    const { gmail, drive, calendar } = googleClients(workspace, jwt(workspace, busiest.email, scopes));
    const profile = await gmail.users.getProfile({ userId: busiest.email });
    assert.equal(profile.data.messagesTotal, workspace.mailbox(busiest).length);
    const { data } = await gmail.users.labels.list({ userId: "me" });
    assert.ok(data.labels!.some(({ id }) => id === "INBOX") && data.labels!.some(({ name }) => name === "Projects"));
    assert.equal((await drive.files.list({})).data.kind, "drive#fileList");
    assert.equal((await calendar.events.list({ calendarId: "primary" })).data.summary, busiest.email);
  });

  it("answers Google's page for a path that no API has", async () => {
    const answer = await fetch(`${workspace.url}/gmail/v2/nothing`);
    assert.equal(answer.status, 404);
    assert.match(answer.headers.get("content-type")!, /html/);
  });
});

describe("the data of a stand-in Workspace", () => {
  /** Everything that can be asked for, through the API. */
  async function everything(seed: string): Promise<unknown> {
    const workspace = await startWorkspace({ seed, users: 12, now: Date.UTC(2026, 0, 31) });
    const { directory } = googleClients(workspace, jwt(workspace, workspace.admin, DIRECTORY));
    const { data } = await directory.users.list({ customer: "my_customer" });
    const { messages } = mailOf(workspace, workspace.admin);
    const ids = (await messages.list({ userId: "me" })).data.messages ?? [];
    const mails = await Promise.all(ids.map(async ({ id }) => (await messages.get({ userId: "me", id: id! })).data));
    const truth = workspace.truth({ q: "is:unread" });
    await workspace.stop();
    return { data, mails, truth };
  }

  it("is the same for the same seed, and another for another", async () => {
    const [first, second, other] = await Promise.all([everything("a"), everything("a"), everything("b")]);
    assert.deepEqual(first, second);
    assert.notDeepEqual(first, other);
  });

  it("has no message and no user twice among 10,000 users", async () => {
    const workspace = await startWorkspace({ users: 10_000, messagesPerUser: 10 });
    const { users } = workspace.organisation;
    assert.equal(new Set(users.map(({ email }) => email)).size, 10_000);
    assert.equal(new Set(users.map(({ id }) => id)).size, 10_000);
    const ids = users.flatMap((user) => workspace.mailbox(user).map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
    await workspace.stop();
  });

  it("is told by `truth` within the bounds of a search", async () => {
    const workspace = await startWorkspace({ users: 80 });
    const { byUser, refused, messages } = workspace.truth({
      q: "in:inbox",
      maxUsersPerDomain: 5,
      maxResultsPerUser: 3,
    });
    assert.equal(byUser.size + refused.length, 20);
    assert.ok([...byUser.values()].every((ids) => ids.length <= 3));
    assert.equal(messages, [...byUser.values()].flat().length);
    assert.ok(refused.length > 0);
    await workspace.stop();
  });
});
