import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DefaultLogger } from "@temporalio/worker";
import { bundleWorkflowCode } from "@temporalio/worker/lib/workflow/bundler.js";
import { compactBundle } from "./compactBundle.ts";
import { workflowBundle } from "./workflowBundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-test-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the bundle of workflow code is what the SDK builds, and is built once for all processes", () =>
  inFolder(async (folder) => {
    const cache = path.join(folder, "cache");
    const [bundle, same] = await Promise.all([workflowBundle({}, cache), workflowBundle({}, cache)]);
    assert.deepEqual(same, bundle);
    assert.ok("codePath" in bundle);
    const code = await readFile(bundle.codePath, "utf8");
    const [kept, ...others] = await readdir(cache);
    assert.ok(kept?.startsWith("workflows-") === true && others.length === 0, "one bundle and nothing unfinished");
    await writeFile(bundle.codePath, "from the cache");
    assert.deepEqual(await workflowBundle({}, cache), bundle);
    assert.equal(await readFile(bundle.codePath, "utf8"), "from the cache");
    const workflowsPath = path.join(root, "workflows/index.ts");
    const built = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger("ERROR") });
    assert.equal(withoutMap(code), withoutMap(await compactBundle(built.code, "any")));
    assert.ok(code.length < 1_000_000, `${code.length} characters`);
    await rm(bundle.codePath);
    assert.deepEqual(await workflowBundle({}, cache), bundle);
    assert.equal(withoutMap(await readFile(bundle.codePath, "utf8")), withoutMap(code), "built anew when it is gone");
  }));

test("a bundle that cannot be kept is built all the same", () =>
  inFolder(async (folder) => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    const bundle = await workflowBundle({}, path.join(file, "cache"));
    assert.ok("code" in bundle);
    assert.match(bundle.code, /__webpack_module_cache__/);
  }));

/** The map names the file, which is another at each build. */
function withoutMap(code: string): string {
  return code.slice(0, code.indexOf("//# sourceMappingURL="));
}
