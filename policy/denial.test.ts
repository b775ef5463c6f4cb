import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keystoreDenial, toolDenial } from "./denial.ts";
import { NO_POLICY, type Policy } from "./policy.ts";

const policy: Policy = {
  ...NO_POLICY,
  file: "policy.json",
  rules: [
    { tasks: "billing/report", tools: ["http"], allow: true },
    { tasks: "billing/*", tools: ["http", "gapi.*"], allow: false },
    { name: "read only", tasks: "*", tools: ["keystore.set"], allow: false },
  ],
  keystore: [
    { tasks: "billing/*", namespaces: ["billing"], allow: true },
    { name: "the rest", tasks: "*", namespaces: ["billing", "team-*"], allow: false },
  ],
};
const code = (task: string, tool: string, tools: readonly string[] | null = null): string | undefined =>
  toolDenial(policy, { task, tools }, tool)?.code;

describe("tool policy", () => {
  it("allows what no rule covers", () => {
    assert.equal(code("echo", "http.fetch"), undefined);
    assert.equal(code("billing/x", "openai.chat"), undefined);
    assert.equal(toolDenial(NO_POLICY, { task: "a", tools: null }, "http.fetch"), undefined);
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

  it("says which rule of which file denied, by its name if it has one", () => {
    const error = toolDenial(policy, { task: "billing/x", tools: null }, "http.fetch");
    assert.equal(
      error?.message,
      'Task "billing/x" may not use http.fetch: rules[1] of the operator\'s policy, policy.json, denies it: ' +
        'tasks "billing/*", tools ["http","gapi.*"].',
    );
    const named = toolDenial(policy, { task: "x", tools: null }, "keystore.set");
    assert.match(named?.message ?? "", /rules\[2\] \("read only"\) of the operator's policy, policy\.json/);
  });

  it("narrows by @tools and never widens", () => {
    assert.equal(code("echo", "http.fetch", ["http.fetch"]), undefined);
    assert.equal(code("echo", "http.fetch", ["http"]), undefined);
    assert.equal(code("echo", "http.fetch", ["*"]), undefined);
    assert.equal(code("echo", "http.fetch", ["openai"]), "denied");
    assert.equal(code("echo", "http.fetch", []), "denied");
    assert.equal(code("billing/x", "http.fetch", ["http.fetch"]), "denied");
    const error = toolDenial(policy, { task: "echo", tools: [] }, "http.fetch");
    assert.match(error?.message ?? "", /@tools does not list it/);
  });

  it("gives well-formed messages for a malformed task name", () => {
    const error = toolDenial(policy, { task: "\ud800\0\n", tools: [] }, "http.fetch");
    assert(error);
    assert(error.message.isWellFormed());
    assert.doesNotMatch(error.message, /\p{Cc}/u);
  });
});

describe("keystore rules", () => {
  it("let the first that covers task and namespace decide, and allow what none covers", () => {
    assert.equal(keystoreDenial(policy, "billing/report", "billing"), undefined);
    assert.equal(keystoreDenial(policy, "echo", "default"), undefined);
    assert.equal(keystoreDenial(policy, "echo", "team-a")?.code, "denied");
    const error = keystoreDenial(policy, "echo", "billing");
    assert.match(error?.message ?? "", /"echo" .* namespace "billing": keystore\[1\] \("the rest"\) .* policy\.json/);
  });
});
