import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseGmailSearchOptions } from "./gmailSearchOptions.ts";

describe("the options of `tasker gmail-search`", () => {
  it("are in:inbox, 3 messages a user and 5 users a domain unless given", () => {
    const request = { query: "in:inbox", maxResultsPerUser: 3, maxUsersPerDomain: 5 };
    assert.deepEqual(parseGmailSearchOptions([]), request);
    assert.deepEqual(parseGmailSearchOptions(["-q", "from:ada has:attachment", "--maxResultsPerUser", "10"]), {
      ...request,
      query: "from:ada has:attachment",
      maxResultsPerUser: 10,
    });
    assert.deepEqual(parseGmailSearchOptions(["--query=is:unread", "--maxUsersPerDomain=50", "--json"]), {
      ...request,
      query: "is:unread",
      maxUsersPerDomain: 50,
    });
  });

  const wrong: [string, string[], RegExp][] = [
    ["an empty query", ["-q", " "], /--query is empty/],
    ["a query without a value", ["--query"], /argument missing/],
    ["no number", ["--maxResultsPerUser", "many"], /whole number, 1 or more: it is "many"/],
    ["none", ["--maxUsersPerDomain", "0"], /--maxUsersPerDomain must be a whole number/],
    ["a part of one", ["--maxUsersPerDomain", "2.5"], /--maxUsersPerDomain must be a whole number/],
    ["less than none", ["--maxUsersPerDomain=-1"], /--maxUsersPerDomain must be a whole number/],
    [
      "a mistyped option",
      ["--maxResultPerUser", "3"],
      /no option --maxResultPerUser. Did you mean --maxResultsPerUser\?/,
    ],
    ["an unquoted query", ["-q", "from:ada", "is:unread"], /"is:unread" belongs to no option/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuse ${what}`, () => {
      assert.throws(() => parseGmailSearchOptions(args), { name: "UsageError", code: "usage", message });
    });
  }
});

it("a query that begins with a dash says how to write it", () => {
  assert.throws(() => parseGmailSearchOptions(["-q", "-in:spam"]), { code: "usage", message: /--option=-VALUE/ });
  assert.equal(parseGmailSearchOptions(["--query=-in:spam"]).query, "-in:spam");
});
