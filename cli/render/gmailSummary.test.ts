import assert from "node:assert/strict";
import { test } from "node:test";
import { gmailSummary, type GmailSearchResult } from "./gmailSummary.ts";

const RESULT: GmailSearchResult = {
  query: "in:inbox",
  totals: { domains: 2, users: 2, emails: 2, failures: 3 },
  elapsedMs: 2_345,
  domains: [
    {
      domain: "acme.example",
      users: [
        {
          email: "ada@acme.example",
          found: 2,
          emails: [
            { id: "1", subject: "Lunch\u001b[2J", from: "Bo <bo@acme.example>", date: "2026-11-20T10:02:33.000Z" },
            { id: "2", error: { code: "not_found", message: "Requested entity was not found." } },
          ],
        },
        { email: "bo@acme.example", found: 0, emails: [], error: { code: "denied", message: "Delegation denied" } },
      ],
    },
    { domain: "closed.example", users: [], error: { code: "forbidden", message: "Not Authorized" } },
  ],
  cut: { users: 0, emails: 0 },
};

test("the summary of a search tells domains, users, messages and sums, and every failure where it was", () => {
  assert.equal(
    gmailSummary(RESULT),
    `
acme.example: 2 users, 2 emails
  ada@acme.example: 2 emails
    2026-11-20 10:02  Bo <bo@acme.example>          Lunch\\u001b[2J
    2  error[not_found]: Requested entity was not found.
  bo@acme.example: error[denied]: Delegation denied

closed.example: 0 users, 0 emails
  error[forbidden]: Not Authorized

domains   2
users     2
emails    2
failures  3
time      2.3 s
query     in:inbox`,
  );
});

test("the summary says what the lists leave out", () => {
  assert.match(gmailSummary({ ...RESULT, cut: { users: 0, emails: 7 } }), /leave out 7 emails: /);
  assert.match(gmailSummary({ ...RESULT, cut: { users: 1, emails: 3 } }), /leave out 1 user and 3 emails: /);
});
