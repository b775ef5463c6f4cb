import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocol/json.ts";
import { parseOptions } from "./gapi/callOptions.ts";
import { parseRequest } from "./http/request.ts";
import { parseRequest as parseKeystoreRequest } from "./keystore/request.ts";
import { parseChain } from "./supabase/chain.ts";
import { parseQuery } from "./websearch/query.ts";

const URL = "https://a.example/";

test("an option that a tool does not have is refused, with the nearest name, whatever the tool", () => {
  const cases: readonly [what: string, call: () => unknown, message: RegExp][] = [
    ["http timeout", () => parseRequest([URL, { timeout: 5 }]), /no option "timeout"\. Did you mean timeoutMs\?/],
    ["http header", () => parseRequest([URL, { header: {} }]), /Did you mean headers\?/],
    ["http idempotencyKey", () => parseRequest([URL, { idempotencyKey: "k" }]), /header Idempotency-Key/],
    ["http json", () => parseRequest([URL, { json: {} }]), /body/],
    ["http signal", () => parseRequest([URL, { signal: {} }]), /timeoutMs/],
    ["http odd", () => parseRequest([URL, { xyz: 1 }]), /It takes method, headers, body/],
    ["http third", () => parseRequest([URL, {}, { x: 1 }]), /no third argument/],
    ["http fourth", () => parseRequest([URL, {}, null, 1]), /no third argument/],
    ["gapi", () => parseOptions("gapi.x", { timeout: 5 }), /Did you mean timeoutMs\?/],
    ["websearch", () => parseQuery(["q", { mxa: 5 }]), /Did you mean max\?/],
    ["websearch third", () => parseQuery(["q", {}, {}]), /two arguments/],
    ["keystore", () => parseKeystoreRequest("get", ["n", { namespcae: "a" }]), /namespace is the only option/],
    [
      "supabase",
      () => parseChain(["from"], ["t"], [{ name: "select", args: ["*", { cuont: "exact" }] }]),
      /Did you mean count\?/,
    ],
  ];
  for (const [what, call, message] of cases) {
    assert.throws(
      call,
      (error: { code: string; message: string }) => {
        assert.equal(error.code, "invalid_argument", what);
        assert.match(error.message, message, what);
        return true;
      },
      what,
    );
  }
  const fine: Json = { method: "GET", headers: {}, redirect: "error", timeoutMs: 5, responseType: "json" };
  assert.equal(parseRequest([URL, fine]).timeoutMs, 5);
});
