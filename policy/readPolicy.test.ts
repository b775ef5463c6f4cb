import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { SERVICE_NAMES } from "../worker/serviceNames.ts";
import { checkServices } from "./checkServices.ts";
import schema from "./policy.schema.json" with { type: "json" };
import { NO_POLICY } from "./policy.ts";
import { parsePolicy, readPolicy } from "./readPolicy.ts";

const parse = (policy: unknown) => parsePolicy(JSON.stringify(policy), "/etc/tasker/policy.json");
const rule = { tasks: "*", tools: ["*"], allow: false };

describe("the policy's file", () => {
  it("is what the example of the deployment is, with services that there are", async () => {
    const policy = await readPolicy(path.join(import.meta.dirname, "../deploy/policy.example.json"));
    assert.ok(policy.rules.length > 0 && policy.services.size > 0 && policy.keystore.length > 0);
    checkServices(policy, SERVICE_NAMES, ["tasks.execute"]);
  });

  it("is described whole, with an example that is one", async () => {
    const page = await readFile(path.join(import.meta.dirname, "../docs/policy.md"), "utf8");
    const example = /```json\n([^]*?)```/.exec(page)?.[1] ?? "";
    assert.equal(parsePolicy(example, "docs/policy.md").rules.length, 2);
    for (const name of fieldsOf(schema)) assert.ok(page.includes(`\`${name}\``), name);
  });

  it("may leave out every part, and without a file everything is allowed", async () => {
    assert.deepEqual(parse({}), { ...NO_POLICY, file: "policy.json" });
    assert.equal(await readPolicy(undefined), NO_POLICY);
  });

  it("is told to tasks by its name alone, without its folder", () => {
    assert.equal(parse({}).file, "policy.json");
  });

  it("that is not there, or empty, is named with its path", async () => {
    await assert.rejects(readPolicy("/nowhere/policy.json"), {
      code: "invalid_configuration",
      message: /TASKER_POLICY.*\/nowhere\/policy\.json/,
    });
    assert.throws(() => parsePolicy(" \n", "/etc/p.json"), { message: /\/etc\/p\.json is empty\. Write \{\}/ });
  });

  it("may begin with a byte order mark", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "tasker-policy-"));
    try {
      await writeFile(path.join(folder, "p.json"), "\uFEFF{}");
      assert.equal((await readPolicy(path.join(folder, "p.json"))).file, "p.json");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("that is not JSON names line and column, and shows the place", () => {
    assert.throws(() => parsePolicy('{\n  "rules": [\n    {"tasks": "a",}\n  ]\n}', "/etc/p.json"), {
      code: "invalid_configuration",
      message:
        "The policy /etc/p.json is not JSON at line 3, column 19: expected a property name in double quotes.\n" +
        '        {"tasks": "a",}\n' +
        "                      ^",
    });
    assert.throws(() => parsePolicy("[".repeat(100_000), "/etc/p.json"), { code: "invalid_configuration" });
  });

  const bad: [what: string, policy: unknown, problem: string][] = [
    ["not an object", [], "The policy is []. It accepts an object."],
    ["another field", { rule: [] }, "rule is no field. The fields here are rules, services, keystore."],
    [
      "another field in a rule",
      { rules: [{ ...rule, tool: "x" }] },
      "rules[0].tool is no field. The fields here are name, tasks, tools, allow.",
    ],
    ["a missing field", { rules: [rule, { tasks: "*", tools: ["*"] }] }, "rules[1].allow is missing."],
    ["rules that are none", { rules: {} }, "rules is {}. It accepts an array."],
    [
      "a pattern that would match nothing",
      { rules: [{ ...rule, tasks: "a*b" }] },
      'rules[0].tasks is "a*b". It accepts a task\'s name, a prefix that ends in *, or *.',
    ],
    [
      "a tool's name that is none",
      { rules: [{ ...rule, tools: ["http", "http fetch"] }] },
      'rules[0].tools[1] is "http fetch". It accepts a tool\'s name, a service, a prefix that ends in *, or *.',
    ],
    ["no tools", { rules: [{ ...rule, tools: [] }] }, "rules[0].tools is empty. It needs at least one item."],
    ["no boolean", { rules: [{ ...rule, allow: "no" }] }, 'rules[0].allow is "no". It accepts true or false.'],
    [
      "a service's name that is none",
      { services: { "a.b": { perSecond: 1 } } },
      'services["a.b"] cannot be named so. It accepts a service\'s name, as `gapi`.',
    ],
    ["a service without limits", { services: { gapi: {} } }, "services.gapi is empty. It needs at least one field."],
    [
      "a rate of nothing",
      { services: { gapi: { perSecond: 0 } } },
      "services.gapi.perSecond is 0. It accepts a number from 0.01 to 10000.",
    ],
    [
      "half a slot",
      { services: { gapi: { concurrency: 1.5 } } },
      "services.gapi.concurrency is 1.5. It accepts a whole number from 1 to 1000.",
    ],
    [
      "a budget in words",
      { services: { openai: { perDay: { calls: "many" } } } },
      'services.openai.perDay.calls is "many". It accepts a number from 0 to 1000000000000000.',
    ],
    [
      "a namespace with a star inside",
      { keystore: [{ tasks: "*", namespaces: ["a*b"], allow: true }] },
      'keystore[0].namespaces[0] is "a*b". It accepts a namespace, a prefix that ends in *, or *.',
    ],
  ];
  for (const [what, policy, problem] of bad) {
    it(`with ${what} is refused: ${problem}`, () => {
      assert.throws(() => parse(policy), {
        code: "invalid_configuration",
        class: "infrastructure",
        message: `The policy /etc/tasker/policy.json is not acceptable:\n  ${problem}`,
      });
    });
  }

  it("is told of all its problems at once, up to 20", () => {
    assert.throws(() => parse({ rules: [{ ...rule, allow: 1 }], services: { gapi: { perSecond: -1 } } }), {
      message: /rules\[0\]\.allow is 1\.[^]*services\.gapi\.perSecond is -1\./,
    });
    const rules = Array.from({ length: 30 }, () => ({ ...rule, allow: 1 }));
    assert.throws(() => parse({ rules }), { message: /rules\[19\][^]*… and 10 more\.$/ });
  });

  it("has bounds that are accepted, and are not one past them", () => {
    for (const perSecond of [0.01, 10_000]) assert.ok(parse({ services: { a: { perSecond } } }));
    for (const perSecond of [0.009, 10_001]) assert.throws(() => parse({ services: { a: { perSecond } } }));
    for (const concurrency of [1, 1_000]) assert.ok(parse({ services: { a: { concurrency } } }));
    for (const concurrency of [0, 1_001]) assert.throws(() => parse({ services: { a: { concurrency } } }));
    for (const calls of [0, 1e15]) assert.ok(parse({ services: { a: { perDay: { calls } } } }));
    for (const calls of [-1, 2e15]) assert.throws(() => parse({ services: { a: { perDay: { calls } } } }));
    assert.ok(parse({ rules: Array.from({ length: 1_000 }, () => rule) }));
    assert.throws(() => parse({ rules: Array.from({ length: 1_001 }, () => rule) }), /has more than 1000 items/);
  });
});

/** Every name under a `properties` of the schema. */
function fieldsOf(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const own = "properties" in part ? Object.keys(part.properties as object) : [];
  return [...own, ...Object.values(part).flatMap(fieldsOf)].filter((name) => name !== "$schema");
}

describe("a policy that names what is not there", () => {
  const check = (policy: unknown) => checkServices(parse(policy), ["http", "gapi"], ["tasks.execute"]);

  it("is refused: a limit on no service limits nothing", () => {
    assert.throws(() => check({ services: { gap: { perSecond: 1 } } }), {
      code: "invalid_configuration",
      message: /services\.gap: there is no such service\. Services are gapi, http\./,
    });
  });

  it("is refused: a rule about no tool holds nothing back", () => {
    assert.throws(() => check({ rules: [rule, { ...rule, tools: ["http", "htp.fetch"] }] }), {
      message: /rules\[1\]\.tools\[1\] is "htp\.fetch"\. No tool begins so; tools begin with gapi, http, tasks\./,
    });
    check({ rules: [{ ...rule, tools: ["*", "h*", "gapi.admin.*", "tasks.execute", "tasks"] }] });
  });
});
