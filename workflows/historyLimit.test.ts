import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { isLong } from "./historyLimit.ts";

function moment(historyLength: number, continueAsNewSuggested = false) {
  return { historyLength, continueAsNewSuggested };
}

test("the run of a cron schedule continues as new at its bound of events, and not one event before, whatever the server suggests", () => {
  assert.equal(isLong(moment(LIMITS.cronHistoryEvents - 1, true), { continueAsNewEvents: 1 }, "* * * * *"), false);
  assert.equal(isLong(moment(LIMITS.cronHistoryEvents), {}, "* * * * *"), true);
});

test("any other run continues as new when the server suggests it, or at the events that it was started with", () => {
  assert.equal(isLong(moment(LIMITS.cronHistoryEvents), {}, ""), false);
  assert.equal(isLong(moment(1, true), {}, ""), true);
  assert.equal(isLong(moment(29), { continueAsNewEvents: 30 }, ""), false);
  assert.equal(isLong(moment(30), { continueAsNewEvents: 30 }, ""), true);
});
