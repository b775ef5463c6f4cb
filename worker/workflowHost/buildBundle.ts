/** `node buildBundle.ts FILE CONVERTERS`: writes the bundle of workflow code to a file. CONVERTERS is JSON. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, type BundleOptions } from "@temporalio/worker/lib/workflow/bundler.js";
import { DefaultLogger } from "@temporalio/worker/lib/logger.js";
import { compactBundle } from "./compactBundle.ts";

const [file, converters] = process.argv.slice(2);
if (file === undefined || converters === undefined) throw new Error("usage: buildBundle.ts FILE CONVERTERS");
const { code } = await bundleWorkflowCode({
  ...(JSON.parse(converters) as Partial<BundleOptions>),
  workflowsPath: fileURLToPath(new URL("../../workflows/index.ts", import.meta.url)),
  logger: new DefaultLogger("ERROR"),
});
await writeFile(file, await compactBundle(code, file));
