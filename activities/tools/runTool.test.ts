import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import {
  ApplicationFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
} from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { TaskerError, type TaskError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { utf8Length } from "../../protocol/text.ts";
import type { ToolAnswer } from "../../protocol/activities.ts";
import type { BlobStore } from "../../protocol/store.ts";
import { NO_POLICY } from "../../policy/policy.ts";
import { createMask } from "../masking/mask.ts";
import { redeemError } from "../carryError.ts";
import { methodTable } from "./methodTable.ts";
import { createRegistry } from "./registry.ts";
import { createToolActivity, type ToolActivityDeps } from "./runTool.ts";
import type { Method, Service, ToolContext } from "./service.ts";
import type { ToolRequest } from "./toolRequest.ts";

const read = { kind: "read" as const, call: () => Promise.resolve(null) };
const run = { taskRunId: "run-1", firstRunId: "11111111-1111-4111-8111-111111111111" };
const request: ToolRequest = { run, key: "the-key", task: "echo", args: { value: [] }, inlineBytes: 100 };

function memoryBlobs(): BlobStore & { readonly held: Map<string, Uint8Array> } {
  const held = new Map<string, Uint8Array>();
  return {
    held,
    put: (_owner, bytes) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      held.set(sha256, bytes);
      return Promise.resolve({ sha256, bytes: bytes.length });
    },
    get: (_reader, sha256) => {
      const bytes = held.get(sha256);
      return Promise.resolve(bytes && { bytes });
    },
    release: () => Promise.reject(new Error("a tool releases nothing")),
    removeUnclaimed: () => Promise.resolve(0),
  };
}

interface Setup extends Partial<ToolActivityDeps> {
  readonly call: Method["call"];
  readonly mapError?: Service["mapError"];
  readonly chain?: boolean;
  readonly request?: Partial<ToolRequest>;
  readonly info?: ConstructorParameters<typeof MockActivityEnvironment>[0];
}

function prepare(setup: Setup): { environment: MockActivityEnvironment; answer: () => Promise<ToolAnswer> } {
  const service: Service = {
    ...methodTable("svc", { go: { kind: "effect", call: setup.call } }),
    ...(setup.mapError && { mapError: setup.mapError }),
    chain: setup.chain === true,
  };
  const activity = createToolActivity({ registry: createRegistry([service]), blobs: memoryBlobs(), ...setup });
  const logger = { log: () => undefined, trace: () => undefined, debug: () => undefined };
  const environment = new MockActivityEnvironment(
    { activityType: "svc.go", ...setup.info },
    { logger: { ...logger, info: () => undefined, warn: () => undefined, error: () => undefined } },
  );
  return { environment, answer: () => environment.run(activity, { ...request, ...setup.request }) };
}

type Detail = Omit<ToolAnswer, "result"> & Pick<TaskError, "class" | "whole">;

async function failureOf(setup: Setup): Promise<{ failure: ApplicationFailure; detail: Detail }> {
  const failure = await prepare(setup)
    .answer()
    .then(
      () => assert.fail("the tool should have failed"),
      (error: unknown) => error,
    );
  assert(failure instanceof ApplicationFailure);
  // What Core gets: a string field that is not well-formed would end the process.
  const encoded = defaultFailureConverter.errorToFailure(failure, defaultPayloadConverter);
  for (const text of [encoded.message, encoded.stackTrace, encoded.applicationFailureInfo?.type]) {
    assert(text?.isWellFormed() && !text.includes("\0"));
  }
  assert.equal(encoded.stackTrace, "");
  return { failure, detail: failure.details?.[0] as Detail };
}

const throwing =
  (error: unknown): Method["call"] =>
  () => {
    throw error;
  };

describe("a tool that answers", () => {
  it("gets its arguments and context, and answers with attempts and times", async () => {
    let seen: [readonly unknown[], ToolContext] | undefined;
    const before = Date.now();
    const answer = await prepare({
      call: (args, context) => {
        seen = [args, context];
        return Promise.resolve({ n: 1 });
      },
      request: { args: { value: [1, "two"] } },
    }).answer();
    assert.deepEqual(answer.result, { value: { n: 1 } });
    assert.equal(answer.attempts, 1);
    assert(answer.startedAt >= before && answer.endedAt >= answer.startedAt);
    assert(seen);
    assert.deepEqual(seen[0], [1, "two"]);
    assert.equal(seen[1].idempotencyKey, "the-key");
    assert.equal(seen[1].task, "echo");
    assert.deepEqual(seen[1].links, []);
  });

  it("that is a chain gets the first link's arguments and the other links", async () => {
    const links = [
      { name: "go", args: ["t"] },
      { name: "eq", args: ["id", 1] },
    ];
    const call: Method["call"] = (args, context) => Promise.resolve([args, context.links]);
    const { result } = await prepare({ chain: true, call, request: { args: { value: links } } }).answer();
    assert.deepEqual(result, { value: [["t"], [{ name: "eq", args: ["id", 1] }]] });
    for (const forged of [[null], ["eq"], [{ name: "eq" }], [{ args: [] }]]) {
      const { failure } = await failureOf({ chain: true, call, request: { args: { value: forged as never } } });
      assert.equal(failure.type, "internal");
    }
  });

  it("that is a chain is checked again link by link: the policy may be another here", async () => {
    const links = [
      { name: "go", args: [] },
      { name: "go", args: [] },
    ];
    const service = { ...methodTable("svc", { go: read, other: read }), chain: true };
    const policy = { ...NO_POLICY, rules: [{ tasks: "*", tools: ["svc.other"], allow: false }] };
    const registry = createRegistry([service], { policy });
    const denied = [links[0], { name: "other", args: [] }] as never;
    const { failure } = await failureOf({ ...read, registry, request: { args: { value: denied } } });
    assert.equal(failure.type, "denied");
    assert.deepEqual((await prepare({ ...read, registry, request: { args: { value: links } } }).answer()).result, {
      value: null,
    });
  });

  it("has the same idempotency key at every attempt, and the first attempt's time", async () => {
    const info = { attempt: 3, scheduledTimestampMs: 1_700_000_000_000 };
    let key = "";
    const answer = await prepare({
      call: (_args, context) => Promise.resolve((key = `${context.idempotencyKey} ${context.attempt}`)),
      info,
    }).answer();
    assert.equal(key, "the-key 3");
    assert.equal(answer.attempts, 3);
    assert.equal(answer.startedAt, 1_700_000_000_000);
  });

  it("answers inline up to inlineBytes and with a claim one byte past it", async () => {
    const blobs = memoryBlobs();
    const inline = await prepare({ call: () => Promise.resolve("x".repeat(98)), blobs }).answer();
    assert("value" in inline.result);
    const claimed = await prepare({ call: () => Promise.resolve("x".repeat(99)), blobs }).answer();
    assert("claim" in claimed.result);
    assert.equal(claimed.result.claim.bytes, 101);
    assert.equal(Buffer.from(blobs.held.get(claimed.result.claim.sha256)!).toString(), `"${"x".repeat(99)}"`);
  });

  it("reads arguments that travel as a claim", async () => {
    const blobs = memoryBlobs();
    const claim = await blobs.put(run, Buffer.from('["\\ud800",2]'));
    const answer = await prepare({
      call: (args) => Promise.resolve(args),
      blobs,
      request: { args: { claim } },
    }).answer();
    assert.deepEqual(answer.result, { value: ["\ud800", 2] });
  });

  it("answers null for undefined", async () => {
    assert.deepEqual((await prepare({ call: () => Promise.resolve(undefined) }).answer()).result, { value: null });
  });
});

describe("a tool that fails", () => {
  it("keeps a TaskerError's code, class and message, and whether to retry", async () => {
    const error = { code: "svc_quota", class: "tool" as const, message: "Quota is used up." };
    const { failure, detail } = await failureOf({ call: throwing(new TaskerError(error, { retryable: true })) });
    assert.equal(failure.type, "svc_quota");
    assert.equal(failure.message, "Quota is used up.");
    assert.equal(failure.nonRetryable, false);
    assert.equal(detail.class, error.class);
    assert.equal(detail.attempts, 1);
    assert(detail.endedAt >= detail.startedAt);
    const final = await failureOf({ call: throwing(new TaskerError(error)) });
    assert.equal(final.failure.nonRetryable, true);
  });

  it("lets the service map its library's errors and name the next attempt's time", async () => {
    const error = { code: "svc_busy", class: "tool" as const, message: "Busy." };
    const mapError = (): ReturnType<NonNullable<Service["mapError"]>> => ({
      error,
      retryable: true,
      retryAfterMs: 1500.2,
    });
    const { failure } = await failureOf({ call: throwing(new Error("429")), mapError });
    assert.equal(failure.type, "svc_busy");
    assert.equal(failure.nextRetryDelay, 1501);
  });

  it("tries again at once as 1 ms: to the server a delay of 0 is no further attempt", async () => {
    const error = { code: "busy", class: "tool" as const, message: "" };
    const mapError = (): ReturnType<NonNullable<Service["mapError"]>> => ({ error, retryable: true, retryAfterMs: 0 });
    const { failure } = await failureOf({ call: throwing(1), mapError });
    assert.equal(failure.nextRetryDelay, 1);
  });

  for (const retryAfterMs of [NaN, -1, Infinity, LIMITS.toolScheduleToCloseMs + 1]) {
    it(`ignores an unusable retryAfterMs of ${retryAfterMs}`, async () => {
      const error = { code: "busy", class: "tool" as const, message: "" };
      const mapError = (): ReturnType<NonNullable<Service["mapError"]>> => ({ error, retryable: true, retryAfterMs });
      const { failure } = await failureOf({ call: throwing(1), mapError });
      assert.equal(failure.nextRetryDelay ?? undefined, undefined);
    });
  }

  const odd: [string, unknown][] = [
    ["an Error with a lone surrogate and a NUL", new Error("\ud800 \0")],
    ["an Error whose class name is not well-formed", Object.assign(new Error("x"), { name: "\udfff" })],
    [
      "a code from upstream that is no code",
      new TaskerError({ code: "\ud800".repeat(2000), class: "tool", message: "\udc00" }),
    ],
    ["null", null],
    ["undefined", undefined],
    ["a string", "\ud800"],
    ["a BigInt", 1n],
    ["a revoked Proxy", revoked()],
    ["a cyclic cause", cyclicCause()],
    ["a message that is no string", Object.assign(new Error(), { message: { toString: 1 } })],
    ["a throwing message", Object.defineProperty(new Error(), "message", { get: () => assert.fail() })],
  ];
  for (const [what, thrown] of odd) {
    it(`reaches Temporal well-formed and final when it throws ${what}`, async () => {
      const { failure, detail } = await failureOf({ call: throwing(thrown) });
      assert.equal(failure.type, "tool_error");
      assert.equal(failure.nonRetryable, true);
      assert.equal(detail.class, "tool");
    });
  }

  it("survives a mapError and a mask that throw", async () => {
    const { failure } = await failureOf({
      call: throwing(new Error("token=\ud800secret")),
      mapError: () => assert.fail(),
      mask: () => assert.fail(),
    });
    assert.match(failure.message, /withheld/);
  });

  it("retries what is known to be a passing network fault, however deep its cause", async () => {
    const reset = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const { failure } = await failureOf({ call: throwing(new TypeError("fetch failed", { cause: reset })) });
    assert.equal(failure.nonRetryable, false);
  });

  it("masks secrets in messages, even where a message is cut", async () => {
    const mask = (text: string): string => text.replaceAll("hunter2", "***");
    const message = `${"x".repeat(LIMITS.errorBytes / 2 - 5)}hunter2 ${"hunter2".repeat(20_000)}`;
    const { failure } = await failureOf({ call: throwing(new Error(message)), mask });
    assert.doesNotMatch(JSON.stringify(failure.details) + failure.message, /hunt/);
  });

  it("masks what a cut leaves of a secret that masking others has moved to the front", async () => {
    const secret = Array.from({ length: 10_000 }, (_, i) => i.toString(36).padStart(4, "_")).join("");
    const known = createMask([secret]);
    const mask = (text: string): string => known.hide(text);
    const { failure } = await failureOf({ call: throwing(new Error(`refused: ${secret.repeat(3)}`)), mask });
    assert.match(failure.message, /^refused: \*{3,6}…?$/);
  });

  it("bounds message and details together", async () => {
    const { failure } = await failureOf({ call: throwing(new Error("😀".repeat(1_000_000))) });
    assert(utf8Length(failure.message) <= LIMITS.errorBytes / 2);
    assert(utf8Length(JSON.stringify(failure.details)) + utf8Length(failure.message) <= LIMITS.errorBytes / 2 + 300);
  });

  it("refuses a result that JSON cannot hold, is too large or too deep", async () => {
    const deep: unknown[] = [];
    for (let i = 0, at = deep; i < 300; i++) at.push((at = []));
    const large = "x".repeat(LIMITS.resultBytes);
    const cases: [unknown, string][] = [
      [{ id: 1n }, "result_not_serializable"],
      [large, "result_too_large"],
      [deep, "result_too_deep"],
    ];
    for (const [result, code] of cases) {
      const { failure } = await failureOf({ call: () => Promise.resolve(result) });
      assert.equal(failure.type, code);
      assert.equal(failure.nonRetryable, true);
    }
  });
});

describe("a tool's failure that says much", () => {
  const message = "m".repeat(30_000);

  it("travels once and whole while it fits the call's share of a history", async () => {
    const { failure, detail } = await failureOf({
      call: throwing(new Error(message)),
      request: { inlineBytes: 65_536 },
    });
    assert.equal(failure.message, message);
    assert.equal(detail.whole, undefined);
    assert(JSON.stringify(detail).length < 300);
  });

  it("goes by claim check past that share, and the failure keeps its beginning", async () => {
    const blobs = memoryBlobs();
    const setup = { call: throwing(new Error(message)), request: { inlineBytes: LIMITS.inlineShareBytes }, blobs };
    const { failure, detail } = await failureOf(setup);
    assert(detail.whole !== undefined);
    assert(failure.message.startsWith("mmm") && failure.message.length <= 1_024);
    const whole = await redeemError(blobs, run, { ...detail, code: "", message: "" });
    assert.deepEqual(whole, { code: "tool_error", class: "tool", message });
  });

  it("is cut when the store is away: the call fails with its own error", async () => {
    const blobs = { ...memoryBlobs(), put: () => Promise.reject(new Error("disk full")) };
    const { failure } = await failureOf({ call: throwing(new Error(message)), blobs });
    assert.equal(failure.type, "tool_error");
    assert(utf8Length(failure.message) <= LIMITS.inlineShareBytes);
  });
});

describe("the wrapper", () => {
  const never = (): Promise<null> => assert.fail("must not be called");

  for (const activityType of [
    "svc.gone",
    "tasker:advance",
    "svc.constructor",
    "__proto__",
    "x".repeat(1001),
    "default",
    "",
  ]) {
    it(`refuses the activity type ${JSON.stringify(activityType.slice(0, 30))} for good`, async () => {
      const { failure } = await failureOf({ call: never, info: { activityType } });
      assert.equal(failure.type, "unknown_tool");
      assert.equal(failure.nonRetryable, true);
    });
  }

  it("asks the policy again", async () => {
    const policy = { ...NO_POLICY, rules: [{ tasks: "*", tools: ["svc.*"], allow: false }] };
    const registry = createRegistry([methodTable("svc", { go: { kind: "effect", call: never } })], { policy });
    const { failure } = await failureOf({ call: never, registry });
    assert.equal(failure.type, "denied");
    assert.equal(failure.nonRetryable, true);
  });

  it("fails as infrastructure, to be retried, when arguments are missing or the store fails", async () => {
    const args = { claim: { sha256: "0".repeat(64), bytes: 2 } };
    const missing = await failureOf({ call: never, request: { args } });
    assert.equal(missing.failure.type, "blob_missing");
    assert.equal(missing.detail.class, "infrastructure");
    assert.equal(missing.failure.nonRetryable, false);

    const blobs = { ...memoryBlobs(), put: () => Promise.reject(new Error("disk full at /var/lib/x")) };
    const broken = await failureOf({
      call: () => Promise.resolve("x".repeat(200)),
      blobs,
      mapError: () => assert.fail(),
    });
    assert.equal(broken.failure.nonRetryable, false);
    assert.doesNotMatch(broken.failure.message, /var/);
  });

  it("heartbeats again and again until the tool ends, and leaves no timer", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const enough = Promise.withResolvers<null>();
    const { environment, answer } = prepare({ call: () => enough.promise, info: { heartbeatTimeoutMs: 60 } });
    let beats = 0;
    environment.on("heartbeat", () => {
      if (++beats === 3) enough.resolve(null);
    });
    const before = timers();
    await answer();
    assert.equal(timers(), before);
  });

  it("does not heartbeat as a local activity", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const inCall = async (isLocal: boolean): Promise<number> => {
      const before = timers();
      let more = 0;
      const call = (): Promise<null> => {
        more = timers() - before;
        return Promise.resolve(null);
      };
      await prepare({ call, info: { heartbeatTimeoutMs: 60, isLocal } }).answer();
      return more;
    };
    // A heartbeat needs a timer.
    assert.deepEqual([await inCall(false), await inCall(true)], [1, 0]);
  });

  it("passes cancellation to the tool and on to Temporal", async () => {
    const called = Promise.withResolvers<null>();
    const aborted = Promise.withResolvers<null>();
    const { environment, answer } = prepare({
      call: async (_args, { signal }) => {
        signal.addEventListener("abort", () => aborted.resolve(null));
        called.resolve(null);
        await aborted.promise;
        throw new Error("stopped");
      },
    });
    void called.promise.then(() => environment.cancel());
    await assert.rejects(answer(), CancelledFailure);
    await aborted.promise;
  });

  it("ends on cancellation even if the tool ignores it", async () => {
    const called = Promise.withResolvers<null>();
    const { environment, answer } = prepare({
      call: () => {
        called.resolve(null);
        return new Promise(() => undefined);
      },
    });
    void called.promise.then(() => environment.cancel());
    await assert.rejects(answer(), CancelledFailure);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclicCause(): Error {
  const error = new Error("round");
  error.cause = error;
  return error;
}

describe("what a tool's call used up", () => {
  const uses =
    (outcome: () => unknown): Method["call"] =>
    (_args, { reportUsage }) => {
      reportUsage({ totalTokens: 1 });
      reportUsage({ totalTokens: 7, "not a name": 1, negative: -1 });
      return Promise.resolve().then(outcome);
    };
  const counting = () => {
    const counted: [service: string, usage: unknown][] = [];
    const reserve = (service: string) => {
      counted.push([service, "reserved"]);
      return Promise.resolve((usage: unknown) => Promise.resolve(void counted.push([service, usage])));
    };
    return { counted, budgets: { reserve } };
  };

  it("is answered with the result, as the service said last, and counted after the reservation", async () => {
    const { counted, budgets } = counting();
    const answer = await prepare({ call: uses(() => "done"), budgets }).answer();
    assert.deepEqual(answer.usage, { totalTokens: 7 });
    assert.deepEqual(counted, [
      ["svc", "reserved"],
      ["svc", { totalTokens: 7 }],
    ]);
  });

  it("is told and counted of a call that failed, too", async () => {
    const { counted, budgets } = counting();
    const fails = uses(() => {
      throw new Error("refused");
    });
    const { detail } = await failureOf({ call: fails, budgets });
    assert.deepEqual(detail.usage, { totalTokens: 7 });
    assert.deepEqual(counted[1], ["svc", { totalTokens: 7 }]);
  });

  it("that cannot be counted does not have the call made again", async () => {
    const away = () => Promise.reject(new Error("store away"));
    const budgets = { reserve: () => Promise.resolve(away) };
    const answer = await prepare({ call: uses(() => "done"), budgets }).answer();
    assert.deepEqual(answer.result, { value: "done" });
  });

  it("may have reached its bound: the call is not made, and the failure is final", async () => {
    let made = false;
    const exhausted = new TaskerError({ code: "budget_exhausted", class: "limit", message: "used up" });
    const call: Method["call"] = () => Promise.resolve((made = true));
    const { failure, detail } = await failureOf({ call, budgets: { reserve: () => Promise.reject(exhausted) } });
    assert.deepEqual(
      [made, failure.nonRetryable, failure.type, detail.class],
      [false, true, "budget_exhausted", "limit"],
    );
  });
});
