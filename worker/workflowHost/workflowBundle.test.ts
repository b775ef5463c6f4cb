import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DefaultLogger } from "@temporalio/worker";
import { bundleWorkflowCode } from "@temporalio/worker/lib/workflow/bundler.js";
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
    const code = await workflowBundle({}, cache);
    assert.equal(await workflowBundle({}, cache), code);
    const [kept, ...others] = await readdir(cache);
    assert.ok(kept?.startsWith("workflows-") === true && others.length === 0, "one bundle and nothing unfinished");
    await writeFile(path.join(cache, kept), "from the cache");
    const again = path.join(folder, "cache", "..", "cache");
    assert.equal(await workflowBundle({}, `${again}/`), "from the cache");
    const workflowsPath = path.join(root, "workflows/index.ts");
    assert.equal(
      withoutMap(code),
      withoutMap((await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger("ERROR") })).code),
    );
  }));

test("a bundle that cannot be kept is built all the same", () =>
  inFolder(async (folder) => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    assert.match(await workflowBundle({}, path.join(file, "cache")), /__webpack_module_cache__/);
  }));

/** The map names the file, which is another at each build. */
function withoutMap(code: string): string {
  return code.slice(0, code.indexOf("//# sourceMappingURL="));
}
