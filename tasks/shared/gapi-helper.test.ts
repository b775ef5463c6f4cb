import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allPages, listDomains, listGmailMessages, listUsers } from "./gapi-helper.js";

/** A listing method with `total` numbered items, `size` on a page. */
function pages(total, size, name = "users") {
  const calls = [];
  const method = async (params) => {
    calls.push(params);
    const from = Number(params.pageToken ?? 0);
    const page = Array.from({ length: Math.min(size, total - from) }, (_, index) => ({ id: from + index }));
    return { [name]: page, ...(from + size < total ? { nextPageToken: String(from + size) } : {}) };
  };
  return { calls, method };
}

function refused() {
  return Promise.reject(Object.assign(new Error("Not Authorized"), { code: "permission_denied" }));
}

describe("allPages", () => {
  test("follows the pages to the last one, with the same parameters, and no further", async () => {
    const { calls, method } = pages(7, 3);
    const ids = (await allPages(method, { domain: "d" })).map(({ id }) => id);
    assert.deepEqual(ids, [0, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(calls, [{ domain: "d" }, { domain: "d", pageToken: "3" }, { domain: "d", pageToken: "6" }]);
  });

  test("stops at `max` items without asking for another page", async () => {
    for (const [max, asked] of [
      [3, 1],
      [4, 2],
    ]) {
      const { calls, method } = pages(9, 3);
      assert.equal((await allPages(method, {}, { max })).length, max);
      assert.equal(calls.length, asked);
    }
  });

  test("takes a page without a list for an empty one", async () => {
    assert.deepEqual(await allPages(async () => ({ resultSizeEstimate: 0 })), []);
    assert.deepEqual(await allPages(async () => ({}), {}, { items: "messages" }), []);
  });

  test("finds the list, prefers `items`, and asks for its name where there are several", async () => {
    assert.deepEqual(await allPages(async () => ({ items: [1], defaultReminders: [2] })), [1]);
    await assert.rejects(
      allPages(async () => ({ a: [], b: [] })),
      /several lists \(a, b\)/,
    );
    assert.deepEqual(await allPages(async () => ({ a: [1], b: [2] }), {}, { items: "b" }), [2]);
  });

  test("does not turn in a circle when a page token comes again", async () => {
    await assert.rejects(
      allPages(async () => ({ users: [], nextPageToken: "again" })),
      /page token "again" twice/,
    );
  });
});

describe("the listings answer a value, whatever Google answers", () => {
  const context = (gapi) => ({ tools: { gapi } });

  test("domains", async () => {
    const list = async ({ customer }) => ({ domains: [{ domainName: `${customer}.example`, isPrimary: true }] });
    const admin = (method) => context({ admin: { directory: { domains: { list: method } } } });
    assert.deepEqual(await listDomains(admin(list)), {
      success: true,
      domains: [{ domain: "my_customer.example", primary: true, verified: false }],
    });
    assert.deepEqual(await listDomains(admin(async () => ({}))), { success: true, domains: [] });
    assert.deepEqual(await listDomains(admin(refused)), {
      success: false,
      error: { code: "permission_denied", message: "Not Authorized" },
    });
  });

  test("users, at most `max` of them, by pages no larger than that", async () => {
    const { calls, method } = pages(900, 500);
    const admin = context({ admin: { directory: { users: { list: method } } } });
    assert.equal((await listUsers(admin, { domain: "d", max: 700 })).users.length, 700);
    assert.deepEqual(
      calls.map(({ maxResults }) => maxResults),
      [500, 500],
    );
    assert.equal((await listUsers(admin, { domain: "d", max: 5 })).users.length, 5);
    assert.equal(calls.at(-1).maxResults, 5);
  });

  const mail = (messages) => context({ gmail: { users: { messages } } });

  test("messages with what they say, in the mailbox that was named", async () => {
    const asked = [];
    const messages = {
      list: async (params) => (asked.push(params), { messages: [{ id: "m", threadId: "t" }] }),
      get: async (params) => (
        asked.push(params),
        {
          snippet: "Dear all",
          internalDate: "0",
          payload: {
            headers: [
              { name: "subject", value: "Lunch" },
              { name: "From", value: "a@x.example" },
            ],
          },
        }
      ),
    };
    const found = await listGmailMessages(mail(messages), { userId: "u@x.example", query: "lunch" });
    assert.deepEqual(found, {
      success: true,
      messages: [
        {
          id: "m",
          threadId: "t",
          subject: "Lunch",
          from: "a@x.example",
          date: "1970-01-01T00:00:00.000Z",
          snippet: "Dear all",
        },
      ],
    });
    assert.deepEqual(asked[0], { userId: "u@x.example", q: "lunch", maxResults: 10 });
    assert.ok(asked.every(({ userId }) => userId === "u@x.example"));
  });

  test("a message that is listed twice counts once", async () => {
    const list = async ({ pageToken }) => ({ messages: [{ id: "m" }], ...(pageToken ? {} : { nextPageToken: "2" }) });
    const found = await listGmailMessages(mail({ list }), { userId: "u", details: false });
    assert.deepEqual(
      found.messages.map(({ id }) => id),
      ["m"],
    );
  });

  test("a message that cannot be read holds back no other", async () => {
    const list = async () => ({ messages: [{ id: "gone" }, { id: "there" }] });
    const get = ({ id }) => (id === "gone" ? refused() : Promise.resolve({ snippet: "" }));
    const { success, messages } = await listGmailMessages(mail({ list, get }), { userId: "u" });
    assert.ok(success);
    assert.equal(messages[0].error.message, "Not Authorized");
    assert.equal(messages[1].error, undefined);
  });
});
