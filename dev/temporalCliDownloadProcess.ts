/**
 * Has the SDK download the Temporal CLI into a folder: `node temporalCliDownloadProcess.ts VERSION FOLDER`.
 * The SDK offers no download alone: it starts a server with what it downloaded, which ends again here.
 */
import { TestWorkflowEnvironment } from "@temporalio/testing";

const [version = "", folder = ""] = process.argv.slice(2);
// The modules are loaded: from here on the parent counts the seconds.
process.stdout.write("begin\n");
try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "cached-download", version: `v${version}`, downloadDir: folder } },
  });
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
}
