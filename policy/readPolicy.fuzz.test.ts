import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { fc, fuzz, oddJson, oddText } from "../test/support/fuzz.ts";
import { parsePolicy } from "./readPolicy.ts";

const WORDS = [
  "rules",
  "tasks",
  "tools",
  "allow",
  "services",
  "rate",
  "keystore",
  "namespaces",
  "*",
  "gapi.*",
  "budgets",
  "concurrency",
  "perSecond",
];

test("any policy is parsed or refused by a TaskerError", async (t) => {
  const policy = fc.dictionary(fc.constantFrom("rules", "services", "keystore", "budgets", "$schema"), oddJson(WORDS));
  const text = fc.oneof(
    policy.map((each) => JSON.stringify(each)),
    oddJson(WORDS).map((each) => JSON.stringify(each)),
    oddText(["{", "}", '"rules":', "[", "]"], 8),
  );
  await fuzz(t, 4000, text, (file) => {
    try {
      parsePolicy(file, "/etc/policy.json");
    } catch (error) {
      assert(error instanceof TaskerError, String(error instanceof Error ? error.stack : error));
    }
  });
});
