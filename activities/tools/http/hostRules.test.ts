import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHostRules } from "./hostRules.ts";

describe("host rules", () => {
  const rules = createHostRules(
    ["api.example.com", "*.Example.org", "bücher.example", "127.0.0.1", "[::1]"],
    "SETTING",
  );

  for (const host of [
    "api.example.com",
    "API.example.com.",
    "a.example.org",
    "a.b.example.org",
    "xn--bcher-kva.example",
    "127.0.0.1",
    "[::1]",
    "::1",
  ]) {
    it(`allow ${host}`, () => assert(rules.allows(host)));
  }

  const others = [
    "example.com",
    "x.api.example.com",
    "example.org",
    "evilexample.org",
    "api.example.com.evil.net",
    "127.0.0.2",
    "",
    ".",
    "[::2]",
  ];
  for (const host of others) {
    it(`refuse ${JSON.stringify(host)}`, () => assert(!rules.allows(host)));
  }

  it("allow every host with * and none without patterns", () => {
    assert(createHostRules(["*"], "SETTING").allows("anything.example"));
    assert(!createHostRules([], "SETTING").allows("anything.example"));
  });

  for (const pattern of [
    "",
    "a*b.com",
    "*com",
    "*.",
    "**",
    "http://example.com",
    "example.com:80",
    "exa mple.com",
    "example.com/x",
    "a@b",
  ]) {
    it(`do not start with the pattern ${JSON.stringify(pattern)}`, () => {
      assert.throws(() => createHostRules([pattern], "SETTING"), /SETTING/);
    });
  }
});
