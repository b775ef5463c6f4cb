import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ALLOW_ALL, denial, parsePolicy, type Policy } from "./policy.ts";

const policy: Policy = {
  rules: [
    { tasks: "billing/report", tools: ["http"], allow: true },
    { tasks: "billing/*", tools: ["http", "gapi.*"], allow: false },
    { tasks: "*", tools: ["keystore.set"], allow: false },
  ],
};
const code = (task: string, tool: string, tools: readonly string[] | null = null): string | undefined =>
  denial(policy, { task, tools }, tool)?.code;

describe("tool policy", () => {
  it("allows what no rule covers", () => {
    assert.equal(code("echo", "http.fetch"), undefined);
    assert.equal(code("billing/x", "openai.chat"), undefined);
    assert.equal(denial(ALLOW_ALL, { task: "a", tools: null }, "http.fetch"), undefined);
  });

  it("lets the first rule that covers task and tool decide", () => {
    assert.equal(code("billing/report", "http.fetch"), undefined);
    assert.equal(code("billing/other", "http.fetch"), "denied");
    assert.equal(code("billing/report", "gapi.admin.list"), "denied");
    assert.equal(code("anything", "keystore.set"), "denied");
    assert.equal(code("anything", "keystore.get"), undefined);
  });

  it("matches whole segments: a service's pattern does not cover a longer name", () => {
    assert.equal(code("billing/x", "httpx.fetch"), undefined);
  });

  it("says which rule denied", () => {
    const error = denial(policy, { task: "billing/x", tools: null }, "http.fetch");
    assert.match(error?.message ?? "", /rule 2 .*"billing\/\*".*"http","gapi\.\*"/);
  });

  it("narrows by @tools and never widens", () => {
    assert.equal(code("echo", "http.fetch", ["http.fetch"]), undefined);
    assert.equal(code("echo", "http.fetch", ["http"]), undefined);
    assert.equal(code("echo", "http.fetch", ["*"]), undefined);
    assert.equal(code("echo", "http.fetch", ["openai"]), "denied");
    assert.equal(code("echo", "http.fetch", []), "denied");
    assert.equal(code("billing/x", "http.fetch", ["http.fetch"]), "denied");
    const error = denial(policy, { task: "echo", tools: [] }, "http.fetch");
    assert.match(error?.message ?? "", /@tools does not list it/);
  });

  it("gives well-formed messages for a malformed task name", () => {
    const error = denial(policy, { task: "\ud800\0\n", tools: [] }, "http.fetch");
    assert(error);
    assert(error.message.isWellFormed());
    assert.doesNotMatch(error.message, /\p{Cc}/u);
  });

  it("reads an operator's JSON and names the field that is wrong", () => {
    assert.deepEqual(parsePolicy(JSON.parse(JSON.stringify(policy))), policy);
    assert.throws(() => parsePolicy([]), /array "rules"/);
    assert.throws(() => parsePolicy({ rules: [1] }), /rules\[0\]/);
    assert.throws(() => parsePolicy({ rules: [{ tasks: "", tools: [], allow: true }] }), /rules\[0\]\.tasks/);
    assert.throws(() => parsePolicy({ rules: [{ tasks: "a*b", tools: [], allow: true }] }), /rules\[0\]\.tasks/);
    assert.throws(() => parsePolicy({ rules: [{ tasks: "*", tools: [1], allow: true }] }), /rules\[0\]\.tools/);
    assert.throws(() => parsePolicy({ rules: [{ tasks: "*", tools: ["*"], allow: "no" }] }), /rules\[0\]\.allow/);
  });
});
