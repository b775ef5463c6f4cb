import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const PROJECT = path.join(import.meta.dirname, "..");

/** The files that the script "test" names, in a copy of the project in which each test file names itself. */
function filesThatRun(files: readonly string[]): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
    scripts: { test: string };
  };
  const copy = mkdtempSync(path.join(tmpdir(), "tasker-tests-"));
  try {
    for (const file of files) {
      mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
      writeFileSync(path.join(copy, file), `console.log("ran", ${JSON.stringify(file)});\n`);
    }
    // A test runner inside a test reports to the outer one, unless the environment hides that one.
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"];
    const command = scripts.test.replace("node --test", "node --test --test-reporter=tap --test-isolation=none");
    const output = execFileSync("sh", ["-c", command], { cwd: copy, env, encoding: "utf8" });
    return [...output.matchAll(/ran (.*)/g)].map(([, file = ""]) => file).sort();
  } finally {
    rmSync(copy, { recursive: true });
  }
}

test("npm test runs every test of the project, and none that an author puts into tasks/", () => {
  const elsewhere = globSync("**/*.test.ts", { cwd: PROJECT, exclude: ["node_modules", "tasks"] });
  const ours = [...elsewhere, "tasks/comprehensive-gmail-search.test.ts", "tasks/shared/gapi-helper.test.ts"];
  const authors = ["tasks/mine.test.ts", "tasks/mine/deep.test.ts", "node_modules/x/y.test.ts"];
  assert.deepEqual(filesThatRun([...ours, ...authors]), ours.sort());
});
