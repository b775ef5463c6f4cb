import assert from "node:assert/strict";
import { test } from "node:test";
import { reaches, unitTests } from "./unitTests.ts";

test("a test whose imports lead to a server is no unit test, however long the way", () => {
  const servers = new Set(["dev/temporalCli.ts"]);
  assert.ok(reaches("test/support/stack.ts", servers));
  assert.ok(reaches("test/integration/waiting.test.ts", servers));
  assert.ok(reaches("dev/server.test.ts", servers));
  assert.ok(!reaches("protocol/errors.test.ts", servers));
  const units = unitTests();
  for (const file of ["dev/server.test.ts", "store/postgres.test.ts"]) assert.ok(!units.includes(file), file);
  assert.ok(units.includes("protocol/errors.test.ts"));
});

test("an import of types alone leads nowhere", () => {
  // It names the type of a running worker, and loads none.
  assert.ok(reaches("cli/context.ts", new Set(["cli/exitCodes.ts"])));
  assert.ok(!reaches("cli/context.ts", new Set(["dev/stack.ts"])));
});
