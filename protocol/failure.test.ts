import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ApplicationFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
  type FailureConverter,
  type ProtoFailure,
} from "@temporalio/common";
import { fc, fuzz, oddText } from "../test/support/fuzz.ts";
import { classOf, CODES, taskError, upstreamError, type TaskError } from "./errors.ts";
import { decodeFailure, encodeFailure, type Attempts, type FailureFacts } from "./failure.ts";
import { LIMITS } from "./limits.ts";
import { safeText, utf8Length } from "./text.ts";
import { withoutStack } from "./withoutStack.ts";

const own = fc.constantFrom(...Object.values(CODES));
const claim = { sha256: "ab".repeat(32), bytes: 7 };
// Long ones, so that message and stack together pass the bound.
const text = fc.oneof(
  oddText(),
  fc.tuple(oddText(), fc.integer({ min: 0, max: 70_000 })).map(([odd, length]) => odd + "é".repeat(length)),
);
const extras = fc.record(
  { stack: text, thrown: fc.json({ maxDepth: 2 }), whole: fc.constant(claim) },
  { requiredKeys: [] },
);
const errors: fc.Arbitrary<TaskError> = fc.oneof(
  fc.tuple(own, text, extras).map(([code, message, more]) => taskError(code, message, more)),
  // A service's, which is not in the project's table.
  fc
    .record({
      code: fc.stringMatching(/^svc_[a-z0-9_]{0,90}$/),
      class: fc.constantFrom("guest", "tool", "limit", "infrastructure"),
      message: text,
    })
    .map((error) => error as TaskError),
);
const attempts: fc.Arbitrary<Attempts> = fc
  .tuple(
    fc.record({ attempts: fc.nat() }),
    fc.record({ startedAt: fc.nat(), endedAt: fc.nat(), usage: fc.constant({ totalTokens: 7 }) }, { requiredKeys: [] }),
  )
  .map(([counted, more]) => ({ ...counted, ...more }));
const facts: fc.Arbitrary<FailureFacts> = fc
  .tuple(
    fc.record({ retryable: fc.boolean() }),
    fc.record({ attempts, hostStack: text, retryAfterMs: fc.double() }, { requiredKeys: [] }),
  )
  .map(([retry, more]) => ({ ...retry, ...more }));

/** What may be in a failure: texts that are well-formed and bounded. Everything else must come back as it was. */
function bounded(error: TaskError): TaskError {
  const message = safeText(error.message, LIMITS.errorBytes);
  const stack = safeText(error.stack ?? "", LIMITS.errorBytes - utf8Length(message));
  return {
    ...withoutStack(error),
    message,
    ...(stack === "" ? {} : { stack }),
    ...(error.thrown === undefined ? {} : { thrown: safeText(error.thrown, LIMITS.thrownBytes) }),
  };
}

/** By Temporal's own converter, as a worker sends it and a workflow or client receives it. */
function received(failure: ApplicationFailure, converter: FailureConverter, change = same): ApplicationFailure {
  const proto = change(converter.errorToFailure(failure, defaultPayloadConverter));
  const back = converter.failureToError(proto, defaultPayloadConverter);
  assert.ok(back instanceof ApplicationFailure);
  return back;
}

const same = (failure: ProtoFailure): ProtoFailure => failure;
const plain = new DefaultFailureConverter();
const sealed = new DefaultFailureConverter({ encodeCommonAttributes: true });

/** As the server does to a failure that is too large for a pending activity: type and flag stay, the details go. */
function truncated({ message, source, applicationFailureInfo }: ProtoFailure): ProtoFailure {
  const { type, nonRetryable } = applicationFailureInfo ?? {};
  return {
    message: safeText(message ?? "", 200),
    source: source ?? "",
    applicationFailureInfo: { type: type ?? "", nonRetryable: nonRetryable ?? false },
  };
}

describe("an error in a Temporal failure", () => {
  it("comes back as it was, with what is known of its attempts, from plain and from encrypted failures", async (t) => {
    await fuzz(t, 1_000, fc.tuple(errors, facts), ([error, given]) => {
      for (const converter of [plain, sealed]) {
        const failure = encodeFailure(ApplicationFailure, error, given);
        const back = received(failure, converter);
        const expected = { error: bounded(error), attempts: 1, ...given.attempts };
        // The SDK reads a stack line by line.
        const lines = (stack: string): string => stack.replaceAll("\r\n", "\n");
        const { error: read, ...known } = decodeFailure(back);
        const unified = read.stack === undefined ? read : { ...read, stack: lines(read.stack) };
        const stack = expected.error.stack === undefined ? {} : { stack: lines(expected.error.stack) };
        assert.deepEqual({ error: unified, ...known }, { ...expected, error: { ...expected.error, ...stack } });
        assert.equal(back.nonRetryable, !given.retryable);
      }
    });
  });

  it("holds nothing that ends a worker: each text is well-formed and bounded, and is in it once", async (t) => {
    await fuzz(t, 1_000, fc.tuple(errors, facts), ([error, given]) => {
      const failure = encodeFailure(ApplicationFailure, error, given);
      const texts = [failure.message, failure.type ?? "", failure.stack ?? ""];
      for (const each of texts) assert.ok(each.isWellFormed() && !each.includes("\0"));
      assert.ok(utf8Length(failure.message) + utf8Length(failure.stack ?? "") <= LIMITS.errorBytes);
      const bytes = utf8Length(JSON.stringify(failure.details));
      assert.ok(bytes < utf8Length(JSON.stringify(error.thrown ?? "")) + 1_000, `${bytes}`);
    });
  });

  it("keeps its code and class when the server has dropped the details of a failure that is too large", () => {
    for (const code of Object.values(CODES)) {
      const failure = encodeFailure(ApplicationFailure, taskError(code, "x".repeat(5_000)), { retryable: true });
      const { error, attempts: count } = decodeFailure(received(failure, plain, truncated));
      assert.deepEqual([error.code, error.class, count], [code, classOf(code), 1]);
      assert.match(error.message, /^x+…$/);
    }
  });

  it("has the class of its code, whatever the details say: anybody can complete an activity", () => {
    const forged = ApplicationFailure.nonRetryable("no", CODES.cpuLimit, { class: "infrastructure", attempts: "many" });
    assert.deepEqual(decodeFailure(forged), { error: taskError(CODES.cpuLimit, "no"), attempts: 1 });
  });

  it("that says nothing is the tool's, or the run's own", () => {
    const bare = ApplicationFailure.create({ message: "odd" });
    assert.deepEqual(decodeFailure(bare).error, taskError(CODES.toolError, "odd"));
    assert.deepEqual(decodeFailure(bare, CODES.internal).error, taskError(CODES.internal, "odd"));
    for (const details of [null, [], [null], ["text"], [[1]], [{ class: "no class", thrown: 7, whole: {} }]]) {
      const failure = ApplicationFailure.create({ message: "odd", type: "svc_odd", ...(details && { details }) });
      assert.deepEqual(decodeFailure(failure).error, upstreamError("svc_odd", "odd"));
      const { class: errorClass } = decodeFailure(failure, CODES.internal).error;
      assert.equal(errorClass, JSON.stringify(details).includes("no class") ? "tool" : "infrastructure");
    }
  });

  it("keeps the host's stack to itself", () => {
    const hostStack = "Error: no\n    at /srv/host.js:1:1";
    const failure = encodeFailure(ApplicationFailure, taskError(CODES.internal, "no"), { retryable: true, hostStack });
    assert.equal(failure.stack, hostStack);
    assert.equal(decodeFailure(received(failure, plain)).error.stack, undefined);
  });

  it("waits as the service asked, at least a millisecond and at most as long as all attempts", () => {
    const delayOf = (retryAfterMs: number | undefined, retryable = true): unknown =>
      encodeFailure(ApplicationFailure, taskError(CODES.toolError, "later"), { retryable, retryAfterMs })
        .nextRetryDelay;
    const most = LIMITS.toolScheduleToCloseMs;
    assert.deepEqual(
      [0, 0.2, 1_500, most].map((ms) => delayOf(ms)),
      [1, 1, 1_500, most],
    );
    assert.deepEqual(
      [undefined, -1, NaN, Infinity, most + 1].map((ms) => delayOf(ms)),
      Array(5).fill(undefined),
    );
    assert.equal(delayOf(10, false), undefined);
  });
});
