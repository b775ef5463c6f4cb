/**
 * The guest's side of a VM, evaluated once into the engine's base image. What it exports are the only functions
 * that the host calls; none of them throws, but for an interrupt or a full heap.
 */
import "./intrinsics.ts";
import "core-js/stable/url/index.js";
import "core-js/stable/structured-clone.js";
import "core-js/stable/atob.js";
import "core-js/stable/btoa.js";
import { installConsole } from "./console.ts";
import { installEncoding } from "./encoding.ts";
import { dropRecords, peekRecords } from "./outbox.ts";
import { installRandom } from "./random.ts";
import { begin, endingRecord, fail, isOver } from "./run.ts";
import { closeSurface } from "./surface.ts";
import { installTimers, runTimer } from "./timers.ts";
import { installTools } from "./tools.ts";
import { settleError, settleResult } from "./calls.ts";
import { log } from "./log.ts";

installConsole();
installTools();
installTimers();
installEncoding();
installRandom();
closeSurface();

/** Runs the next due timer, unless the task is over; 1 when there was one. */
function pump(): number {
  return !isOver() && runTimer() ? 1 : 0;
}

/** A promise was rejected and nothing handles it. */
function unhandled(reason: unknown): void {
  log("error", ["Unhandled rejection:", reason]);
}

export { begin, dropRecords, endingRecord, fail, peekRecords, pump, settleError, settleResult, unhandled };
