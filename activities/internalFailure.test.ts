import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { storeError } from "../store/errors.ts";
import { VmLost } from "../sandbox/vmLost.ts";
import { internalFailure } from "./internalFailure.ts";

const LATE = 1_000_000;
const isFinal = (error: unknown, attempt = LATE): boolean | null | undefined =>
  internalFailure(error, attempt).nonRetryable;

describe("what an internal activity throws", () => {
  it("waits without end when something is away", () => {
    const coded = (code: string): Error => Object.assign(new Error(code), { code });
    const faults = [
      new TaskerError({ code: "engine_missing", class: "infrastructure", message: "not here" }),
      new VmLost("its thread was stopped"),
      ...["ENOSPC", "ENOMEM", "EMFILE", "ECONNREFUSED", "ERR_WORKER_OUT_OF_MEMORY"].map(coded),
      new Error("RangeError: WebAssembly.Memory(): could not allocate memory"),
      storeError("x", coded("57P03")), // Postgres starts
      storeError("x", coded("53100")), // its disk is full
      storeError("x", Object.assign(new Error("database is locked"), { errcode: 5 })),
      storeError("x", Object.assign(new Error("database or disk is full"), { errcode: 13 })),
    ];
    for (const fault of faults) assert.equal(isFinal(fault), false, String(fault));
  });

  it("is final at once when it is known that the same happens again", () => {
    const refused = [
      new TaskerError({ code: "journal_mismatch", class: "infrastructure", message: "no" }, { retryable: false }),
      storeError("x", Object.assign(new Error("invalid byte sequence"), { code: "22021" })),
      storeError("x", Object.assign(new Error("string or blob too big"), { errcode: 18 })),
      storeError("x", new TypeError("Provided value cannot be bound to SQLite parameter 1.")),
    ];
    for (const error of refused) assert.equal(isFinal(error, 1), true, error.message);
  });

  it("ends the run after a few attempts when nobody has classified it", () => {
    for (const error of [new TypeError("x is undefined"), new Error("odd"), "a string", null]) {
      assert.equal(isFinal(error, LIMITS.internalAttempts - 1), false);
      assert.equal(isFinal(error, LIMITS.internalAttempts), true);
      assert.equal(internalFailure(error, 1).type, "internal");
    }
  });
});
