import assert from "node:assert/strict";
import { describe, test } from "node:test";
import search from "./comprehensive-gmail-search.js";

/** A Workspace in memory: users by domain, and a mailbox for each. `broken` names domains and users that refuse. */
function workspace({ users, emails = () => 2, broken = [], subject = "Lunch" }) {
  let inFlight = 0;
  const seen = { most: 0, searched: [], queries: new Set(), logs: [] };
  const call = (answer) => async (params) => {
    seen.most = Math.max(seen.most, ++inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight -= 1;
    const refused = broken.find((name) => name === params.domain || name === params.userId);
    if (refused !== undefined) throw Object.assign(new Error(`${refused} refuses`), { code: "permission_denied" });
    return answer(params);
  };
  const gapi = {
    authenticate: async () => ({}),
    admin: {
      directory: {
        domains: { list: call(() => ({ domains: Object.keys(users).map((domainName) => ({ domainName })) })) },
        users: {
          list: call(({ domain, maxResults, pageToken = "0" }) => {
            const to = Number(pageToken) + maxResults;
            const page = users[domain].slice(Number(pageToken), to);
            return {
              users: page.map((user) => (typeof user === "string" ? { primaryEmail: user } : user)),
              ...(to < users[domain].length ? { nextPageToken: String(to) } : {}),
            };
          }),
        },
      },
    },
    gmail: {
      users: {
        messages: {
          list: call(({ userId, q, maxResults }) => {
            seen.searched.push(userId);
            seen.queries.add(q);
            const count = Math.min(emails(userId), maxResults);
            return {
              messages: Array.from({ length: count }, (_, index) => ({ id: `${userId}/${index}`, threadId: "t" })),
            };
          }),
          get: call(() => ({
            snippet: subject,
            internalDate: "0",
            payload: { headers: [{ name: "Subject", value: subject }] },
          })),
        },
      },
    },
  };
  return { seen, context: { tools: { gapi, log: async (line) => void seen.logs.push(line) } } };
}

const many = (count, domain) => Array.from({ length: count }, (_, index) => `u${index}@${domain}`);

describe("the Gmail search", () => {
  test("takes in:inbox, 3 messages and 5 users a domain unless told otherwise", async () => {
    const { seen, context } = workspace({ users: { "a.example": many(9, "a.example") }, emails: () => 9 });
    const result = await search(undefined, context);
    assert.deepEqual(result.totals, { domains: 1, users: 5, emails: 15, failures: 0 });
    assert.deepEqual([...seen.queries], ["in:inbox"]);
    assert.equal(result.query, "in:inbox");
    assert.deepEqual(result.cut, { users: 0, emails: 0 });
  });

  test("answers by domain and user, in their order", async () => {
    const { context } = workspace({
      users: { "b.example": ["z@b.example"], "a.example": ["y@a.example", "x@a.example"] },
    });
    const { domains } = await search({ query: "lunch" }, context);
    assert.deepEqual(
      domains.map(({ domain, users }) => [domain, users.map(({ email }) => email)]),
      [
        ["b.example", ["z@b.example"]],
        ["a.example", ["y@a.example", "x@a.example"]],
      ],
    );
    assert.deepEqual(domains[0].users[0].emails[0], {
      id: "z@b.example/0",
      threadId: "t",
      subject: "Lunch",
      from: "",
      date: "1970-01-01T00:00:00.000Z",
      snippet: "Lunch",
    });
  });

  test("reports the users and domains that fail, and finds what the others have", async () => {
    const users = { "a.example": many(3, "a.example"), "b.example": many(3, "b.example") };
    const { context } = workspace({ users, broken: ["b.example", "u1@a.example"] });
    const { totals, domains } = await search({}, context);
    assert.deepEqual(totals, { domains: 2, users: 3, emails: 4, failures: 2 });
    assert.deepEqual(domains[1].error, { code: "permission_denied", message: "b.example refuses" });
    assert.deepEqual(
      domains[0].users.map(({ error }) => error?.message),
      [undefined, "u1@a.example refuses", undefined],
    );
  });

  test("searches a user of two domains once", async () => {
    const twice = { id: "1", primaryEmail: "x@a.example" };
    const users = { "a.example": [twice], "b.example": [{ ...twice, primaryEmail: "X@b.example" }, "y@b.example"] };
    const { seen, context } = workspace({ users });
    const { totals } = await search({}, context);
    assert.deepEqual(seen.searched, ["x@a.example", "y@b.example"]);
    assert.deepEqual(totals, { domains: 2, users: 2, emails: 4, failures: 0 });
  });

  test("has no more calls in flight than mailboxes at once", async () => {
    for (const usersAtOnce of [1, 7]) {
      const { seen, context } = workspace({ users: { "a.example": many(30, "a.example") } });
      await search({ usersAtOnce, maxUsersPerDomain: 30 }, context);
      assert.equal(seen.most, usersAtOnce);
    }
  });

  test("stays below what a result may have, for 10,000 users too, and says what it left out", async () => {
    const users = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, many(2_500, name)]));
    const { context } = workspace({ users, subject: "é".repeat(1_000), emails: () => 3 });
    const result = await search({ maxUsersPerDomain: 2_500, usersAtOnce: 45 }, context);
    assert.ok(Buffer.byteLength(JSON.stringify(result)) < 10 * 1024 * 1024);
    assert.deepEqual(result.totals, { domains: 4, users: 10_000, emails: 30_000, failures: 0 });
    const listed = result.domains.flatMap((domain) => domain.users);
    assert.equal(listed.length + result.cut.users, 10_000);
    assert.equal(listed.flatMap((user) => user.emails).length + result.cut.emails, 30_000);
    assert.ok(result.cut.emails > 0);
    assert.equal(result.cut.users, 0);
  });

  test("refuses numbers that make no sense before it calls Google", async () => {
    for (const input of [{ maxResultsPerUser: 0 }, { maxUsersPerDomain: -1 }, { usersAtOnce: 46 }]) {
      const { context } = workspace({ users: {} });
      await assert.rejects(search(input, context), RangeError);
    }
  });

  test("says how far it is some ten times, however many mailboxes there are", async () => {
    for (const count of [1, 3, 100, 995]) {
      const { seen, context } = workspace({ users: { a: many(count, "a") } });
      await search({ maxUsersPerDomain: count }, context);
      const lines = seen.logs.filter((line) => line.startsWith("searched"));
      assert.ok(lines.length >= 1 && lines.length <= 11, String(lines.length));
      assert.match(lines.at(-1), new RegExp(`^searched ${count} of ${count} mailboxes: ${count * 2} messages$`));
    }
  });
});
