/** A Tasker worker in a process of its own, started as the launcher does it, with the bench's service. */
import { keepCompiledCode } from "../../worker/compileCache.js";
import { reportReady } from "./reportReady.ts";

keepCompiledCode();
const { startWorker } = await import("../../worker.ts");
const { readConfiguration } = await import("../../configuration.ts");
const { benchService } = await import("../service.ts");

const worker = await startWorker(readConfiguration(), { services: [benchService] });
reportReady();
await worker.ended;
