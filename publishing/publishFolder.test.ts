import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import type { TaskVersion } from "../protocol/task.ts";
import { openLoader } from "../cli/openLoader.ts";
import { publishFolder } from "./publishFolder.ts";
import type { Publication } from "./publishFolder.ts";
import { withFolder } from "./testFolder.ts";

/** As a store does it: a version that is current already is unchanged. */
function versionStore(): { publish: (version: TaskVersion) => Promise<"published" | "unchanged"> } {
  const current = new Map<string, string>();
  return {
    publish: ({ task, version }) => {
      const outcome = current.get(task) === version ? "unchanged" : "published";
      current.set(task, version);
      return Promise.resolve(outcome);
    },
  };
}

function outcomes({ tasks, problems }: Publication): string[] {
  return [
    ...tasks.map(({ outcome, version }) => `${version.task} ${outcome}`),
    ...problems.map(({ file, code }) => `${file} ${code}`),
  ];
}

const f = "module.exports = () => 1;";

test("publishing the same sources again changes nothing; a changed one is published alone", async () => {
  await withFolder({ "a.js": f, "b.js": f }, async (folder) => {
    const store = versionStore();
    assert.deepEqual(outcomes(await publishFolder(folder, store, openLoader)), ["a published", "b published"]);
    assert.deepEqual(outcomes(await publishFolder(folder, store, openLoader)), ["a unchanged", "b unchanged"]);
    await writeFile(path.join(folder, "b.js"), `${f}\n`);
    assert.deepEqual(outcomes(await publishFolder(folder, store, openLoader)), ["a unchanged", "b published"]);
  });
});

test("a task that cannot be published does not hold back the others", async () => {
  await withFolder(
    { "a.js": f, "b.js": `require("fs");${f}`, "c.js": "const", "d.js": `/** @task a */ ${f}` },
    async (folder) => {
      const first = await publishFolder(folder, versionStore(), openLoader);
      assert.deepEqual(outcomes(first), ["b.js node_module", "c.js syntax_error", "d.js duplicate_task"]);
      await writeFile(path.join(folder, "d.js"), f);
      const second = await publishFolder(folder, versionStore(), openLoader);
      assert.deepEqual(outcomes(second), ["a published", "d published", "b.js node_module", "c.js syntax_error"]);
    },
  );
});

test("named tasks are published alone, and others' problems are not told", async () => {
  await withFolder({ "a.js": f, "b.js": f, "c.js": "const" }, async (folder) => {
    assert.deepEqual(outcomes(await publishFolder(folder, versionStore(), openLoader, ["b"])), ["b published"]);
  });
});

test("a name that no file has is a problem, told with those of the files that might have had it", async () => {
  await withFolder({ "a.js": f, "c.js": "const" }, async (folder) => {
    const result = await publishFolder(folder, versionStore(), openLoader, ["a", "c"]);
    assert.deepEqual(outcomes(result), ["a published", ". unknown_task", "c.js syntax_error"]);
  });
});

test("an empty folder has no tasks and no problems", async () => {
  await withFolder({ "readme.md": "" }, async (folder) => {
    assert.deepEqual(outcomes(await publishFolder(folder, versionStore(), openLoader)), []);
  });
});
