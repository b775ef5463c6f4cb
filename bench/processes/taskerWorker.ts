/** A Tasker worker in a process of its own, with the bench's service. */
import { readConfiguration } from "../../configuration.ts";
import { startWorker } from "../../worker.ts";
import { benchService } from "../service.ts";
import { reportReady } from "./reportReady.ts";

const worker = await startWorker(readConfiguration(), { services: [benchService] });
reportReady();
await worker.ended;
