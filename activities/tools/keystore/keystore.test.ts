import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../../protocol/json.ts";
import type { Keystore, SecretReader } from "../../../protocol/keystore.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Method, ToolContext } from "../service.ts";
import { createKeystoreService, type KeystoreServiceDeps } from "./keystore.ts";

const TASK = { task: "billing/report", taskRunId: "run-1" } as ToolContext;

/** The service on a keystore that holds nothing and writes down who came for what. */
function prepare(access?: KeystoreServiceDeps["access"]) {
  const heard: string[] = [];
  const hear = <T>(action: string, answer: T) => {
    return (namespace: string, name: string | SecretReader, ...rest: (string | SecretReader)[]): Promise<T> => {
      const reader = [name, ...rest].at(-1) as SecretReader;
      const place = typeof name === "string" ? `${namespace}/${name}` : namespace;
      heard.push(`${action} ${place} as ${reader.actor} in ${reader.taskRunId}`);
      return Promise.resolve(answer);
    };
  };
  const keystore: Keystore = {
    get: hear("get", undefined),
    set: hear("set", undefined),
    delete: hear("delete", false),
    list: hear("list", []),
    refused: (action, namespace, name, reader) => hear(`refused ${action}`, undefined)(namespace, name, reader),
  };
  const service = createKeystoreService({ keystore, access });
  const method = (name: string): Method => service.method([name]) ?? assert.fail(name);
  const call = (name: string, ...args: Json[]): Promise<unknown> => method(name).call(args, TASK);
  return { heard, method, call };
}

describe("tools.keystore", () => {
  test("reaches the keystore as the task and run that call, in the namespace that they name or the default one", async () => {
    const { heard, call } = prepare();
    await call("set", "token", "value");
    await call("delete", "token", { namespace: "billing" });
    await call("list");
    await call("list", { namespace: "billing" });
    assert.deepEqual(heard, [
      "set default/token as task billing/report in run-1",
      "delete billing/token as task billing/report in run-1",
      "list default as task billing/report in run-1",
      "list billing as task billing/report in run-1",
    ]);
  });

  test("asks whether the task may use the namespace, and has a refusal written down", async () => {
    const error = { code: "denied", class: "guest", message: "rule 1 says no" } as const;
    const { heard, call } = prepare((task, namespace) =>
      task === TASK.task && namespace === "hr" ? error : undefined,
    );
    for (const [method, ...args] of [
      ["get", "a"],
      ["set", "a", "value"],
      ["delete", "a"],
    ] as const) {
      await assert.rejects(call(method, ...args, { namespace: "hr" }), error);
    }
    await assert.rejects(call("list", { namespace: "hr" }), error);
    assert.deepEqual(
      heard.map((line) => line.split(" as ")[0]),
      ["refused get hr/a", "refused set hr/a", "refused delete hr/a", "refused list hr/"],
    );
  });

  test("denies the services' own namespace, whatever the access rules say", async () => {
    const { heard, call } = prepare(() => undefined);
    await assert.rejects(call("get", "openai", { namespace: "services" }), { code: "denied", class: "guest" });
    assert.deepEqual(
      heard.map((line) => line.split(" as ")[0]),
      ["refused get services/openai"],
    );
  });

  test("a secret that is not there is an error that says how to store it", async () => {
    await assert.rejects(prepare().call("get", "token", { namespace: "billing" }), {
      code: "secret_missing",
      class: "guest",
      message: /no secret billing\/token.*npm run keystore -- set token --namespace billing/,
    });
  });

  const wrong: Record<string, readonly [string, ...Json[]]> = {
    "no name": ["get"],
    "a name that is none": ["get", 7],
    "no value": ["set", "name"],
    "an object for a value": ["set", "name", { a: 1 }],
    "options that are none": ["get", "name", "namespace"],
    "another option": ["get", "name", { nameSpace: "x" }],
    "a namespace that is none": ["get", "name", { namespace: 1 }],
    "an argument too many": ["get", "name", {}, {}],
    "a name for list": ["list", "name"],
    "a name past its bound": ["get", "n".repeat(LIMITS.secretNameBytes + 1)],
    "a namespace past its bound": ["list", { namespace: "n".repeat(LIMITS.secretNameBytes + 1) }],
  };
  for (const [what, [method, ...args]] of Object.entries(wrong)) {
    test(`refuses ${what} before it reaches the keystore`, async () => {
      const { heard, call } = prepare();
      await assert.rejects(call(method, ...args), { code: "invalid_argument", class: "guest" });
      assert.deepEqual(heard, []);
    });
  }

  test("shows place and never value in a summary, and what cannot be a place not at all", () => {
    const { method } = prepare();
    assert.equal(method("set").summary?.(["token", "the value"], []), "default/token");
    assert.equal(method("get").summary?.(["the value, in the wrong place"], []), "");
    assert.equal(method("list").summary?.([{ namespace: "billing" }], []), "billing");
  });

  test("marks as secret what carries values, and names the value among the arguments", () => {
    const { method } = prepare();
    assert.deepEqual(
      ["get", "set", "delete", "list"].map((name) => method(name).secret === true),
      [true, true, false, false],
    );
    assert.deepEqual(method("set").secretArguments?.(["name", "value", {}]), ["value"]);
  });
});
