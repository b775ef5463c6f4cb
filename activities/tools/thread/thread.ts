/** The service thread: does calls of services, many at a time. */
import { parentPort, workerData } from "node:worker_threads";
import type { ServiceSetup } from "./messages.ts";
import { serveCalls } from "./serveCalls.ts";

if (parentPort === null) throw new Error("this module runs in a worker thread");
serveCalls(parentPort, workerData as ServiceSetup);
