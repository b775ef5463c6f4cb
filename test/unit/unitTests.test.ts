import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { reaches, ROOT, STARTERS, unitTests } from "./unitTests.ts";

test("a test whose imports lead to a process is no unit test, however long the way", () => {
  const processes = "node:child_process";
  for (const file of ["test/integration/waiting.test.ts", "dev/server.test.ts", "store/postgres.test.ts"]) {
    assert.ok(reaches(file, processes), file);
    assert.ok(!unitTests().includes(file), file);
  }
  assert.ok(!reaches("protocol/errors.test.ts", processes));
  assert.ok(unitTests().includes("protocol/errors.test.ts"));
});

test("what a unit test must not start exists under its name", () => {
  for (const starter of STARTERS)
    assert.ok(starter.startsWith("node:") || existsSync(path.join(ROOT, starter)), starter);
  assert.ok(reaches("sandbox/snapshot.test.ts", "sandbox/instance.ts"));
});

test("an import of types alone leads nowhere", () => {
  assert.ok(reaches("cli/context.ts", "cli/exitCodes.ts"));
  assert.ok(!reaches("cli/context.ts", "dev/stack.ts"));
});
