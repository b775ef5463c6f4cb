import assert from "node:assert/strict";
import { test } from "node:test";
import { reaches, unitTests } from "./unitTests.ts";

test("a test whose imports lead to a process is no unit test, however long the way", () => {
  const processes = "node:child_process";
  for (const file of ["test/integration/waiting.test.ts", "dev/server.test.ts", "store/postgres.test.ts"]) {
    assert.ok(reaches(file, processes), file);
    assert.ok(!unitTests().includes(file), file);
  }
  assert.ok(!reaches("protocol/errors.test.ts", processes));
  assert.ok(unitTests().includes("protocol/errors.test.ts"));
});

test("an import of types alone leads nowhere", () => {
  assert.ok(reaches("cli/context.ts", "cli/exitCodes.ts"));
  assert.ok(!reaches("cli/context.ts", "dev/stack.ts"));
});
