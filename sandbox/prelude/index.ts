/**
 * The guest's side of a VM, evaluated once into the engine's base image. What it exports are the only functions
 * that the host calls; none of them throws, but for an interrupt or a full heap.
 */
import "./intrinsics.ts";
import "./language.ts";
import { installConsole } from "./console.ts";
import { installEncoding } from "./encoding.ts";
import { dropRecords, peekRecords, takeAll } from "./outbox.ts";
import { mendIteratorHelpers } from "./iteratorHelpers.ts";
import { refuseLocales } from "./locales.ts";
import { installErrorStack } from "./errorStack.ts";
import { installMicrotasks } from "./microtasks.ts";
import { installRandom } from "./random.ts";
import { begin, endingRecord, fail, isOver } from "./run.ts";
import { closeSurface } from "./surface.ts";
import { installTimers, runTimer } from "./timers.ts";
import { installTools } from "./tools.ts";
import { settleError, settleResult } from "./calls.ts";
import { log } from "./log.ts";

mendIteratorHelpers();
refuseLocales();
installConsole();
installTools();
installTimers();
installMicrotasks();
installEncoding();
installRandom();
closeSurface();

/**
 * What is next when no job is left: "T", a timer was due and ran; "P", there is more to tell than so many bytes hold
 * for sure, to be asked for with peekRecords; else the whole answer: "A", the ending record's length, a line's end, records, ending.
 */
function turn(bytes: number): string {
  if (!isOver() && runTimer()) return "T";
  const records = takeAll(bytes);
  if (records === undefined) return "P";
  const ending = endingRecord();
  return `A${ending.length}\n${records}${ending}`;
}

/** A promise was rejected and nothing handles it. */
function unhandled(reason: unknown): void {
  log("error", ["Unhandled rejection:", reason]);
}

export {
  begin,
  dropRecords,
  endingRecord,
  fail,
  installErrorStack,
  peekRecords,
  settleError,
  settleResult,
  turn,
  unhandled,
};
