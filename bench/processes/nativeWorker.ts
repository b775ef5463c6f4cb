/** A plain Temporal worker for the hand-written twins, in a process of its own, with a Tasker worker's options. */
import { fileURLToPath } from "node:url";
import { NativeConnection, Worker } from "@temporalio/worker";
import { readConfiguration } from "../../configuration.ts";
import { installRuntime } from "../../worker/runtime.ts";
import { runWorkerOptions } from "../../worker/workerOptions.ts";
import { reportReady } from "./reportReady.ts";

const configuration = readConfiguration();
installRuntime(configuration.logLevel);
const connection = await NativeConnection.connect({ address: configuration.temporalAddress ?? "" });
const answer = (n: number): Promise<number> => Promise.resolve(n);
const worker = await Worker.create({
  ...runWorkerOptions(configuration),
  connection,
  workflowsPath: fileURLToPath(new URL("../native/workflows.ts", import.meta.url)),
  activities: { "bench.touch": answer, "bench.look": answer },
});
const ended = worker.run();
reportReady();
await ended;
