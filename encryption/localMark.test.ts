import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivitySerializationContext, Payload } from "@temporalio/common";
import { decodeArrayFromPayloads, encodeToPayload } from "@temporalio/common/lib/internal-non-workflow/index.js";
import { WorkflowCodecRunner } from "@temporalio/worker/lib/workflow-codec-runner.js";
import type { Cipher } from "../protocol/cipher.ts";
import { localArgument } from "../protocol/localArgument.ts";
import { readHistories, RECORDED_KEYS } from "../test/replay/history.ts";
import { replayHistories } from "../test/support/replayHistory.ts";
import { createCipher } from "./cipher.ts";
import { dataConverterOf, workerDataConverterOf } from "./dataConverter.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";
import { createPayloadCodec, createTolerantCodec } from "./payloadCodec.ts";
import { payloadConverter } from "./payloadConverter.ts";

const keyring = createKeyring({ keys: formatKey(newKey()), keyFile: "/nowhere/keys" });
const where = { namespace: "default", workflowId: "run" };
const marked = payloadConverter.toPayload(localArgument({ step: "MARKER" }));
const text = ({ data }: Payload): string => Buffer.from(data ?? []).toString();

/** A worker's codec whose cipher counts. */
function counted(keys = keyring) {
  const cipher = createCipher(keys, "payloads");
  const count = { seal: 0, open: 0 };
  const counting: Cipher = {
    ...cipher,
    keyId: cipher.keyId,
    seal: (bytes, context) => (count.seal++, cipher.seal(bytes, context)),
    open: (bytes, context) => (count.open++, cipher.open(bytes, context)),
  };
  return { count, codec: createTolerantCodec(createPayloadCodec(counting)) };
}

/** What the SDK does for one activity with one argument and a summary, from the workflow's command to its result there. */
async function roundTrip(isLocal: boolean) {
  const { count, codec } = counted();
  const runner = new WorkflowCodecRunner([codec], { type: "workflow", ...where });
  const context: ActivitySerializationContext = { type: "activity", ...where, activityId: "1", isLocal };
  const argument = isLocal ? marked : payloadConverter.toPayload({ step: "MARKER" });
  const command = { seq: 1, activityId: "1", activityType: "step", arguments: [argument] };
  const completion = await runner.encodeCompletion({
    successful: {
      commands: [
        {
          ...(isLocal ? { scheduleLocalActivity: command } : { scheduleActivity: command }),
          userMetadata: { summary: payloadConverter.toPayload("a step MARKER") },
        },
      ],
    },
  });
  const sent = completion.successful?.commands?.[0];
  const schedule = isLocal ? sent?.scheduleLocalActivity : sent?.scheduleActivity;
  const converter = { payloadConverter, failureConverter: {} as never, payloadCodecs: [codec] };
  const received = await decodeArrayFromPayloads(converter, schedule?.arguments, context);
  const result = await encodeToPayload(converter, { done: "MARKER" }, context);
  await runner.decodeActivation({
    jobs: [{ resolveActivity: { seq: 1, isLocal, result: { completed: { result } } } }],
  });
  const none: Payload = {};
  return {
    count,
    argument: schedule?.arguments?.[0] ?? none,
    summary: sent?.userMetadata?.summary ?? none,
    received,
    result,
  };
}

test("a local activity's argument is neither encrypted nor decrypted; its summary and its result are encrypted", async () => {
  const { count, argument, summary, received, result } = await roundTrip(true);
  assert.deepEqual(received, [{ step: "MARKER" }]);
  assert.equal(text(argument), '{"step":"MARKER"}');
  assert.deepEqual(Object.keys(argument.metadata ?? {}), ["encoding"], "the mark is gone");
  for (const payload of [summary, result]) assert.ok(!text(payload).includes("MARKER"));
  assert.deepEqual(count, { seal: 2, open: 1 });
});

test("an ordinary activity's argument is encrypted", async () => {
  const { count, argument, received } = await roundTrip(false);
  assert.deepEqual(received, [{ step: "MARKER" }]);
  assert.ok(!text(argument).includes("MARKER"));
  assert.deepEqual(count, { seal: 3, open: 2 });
});

test("a marked payload that goes anywhere else is encrypted, without its mark", async () => {
  const [codec] = workerDataConverterOf(keyring, true).payloadCodecs!;
  const elsewhere = [
    undefined,
    { type: "workflow", ...where },
    { type: "activity", ...where, isLocal: false },
  ] as const;
  for (const context of elsewhere) {
    const [sent] = await codec!.encode([marked], context);
    assert.ok(!text(sent!).includes("MARKER"));
    const [back] = await codec!.decode([sent!], context);
    assert.deepEqual(Object.keys(back!.metadata ?? {}), ["encoding"]);
  }
});

test("in the workflow code's own commands, every argument of a local activity stays plain and all else is encrypted", async () => {
  const kinds = new Map<string, number>();
  const recorded = createKeyring({ keys: RECORDED_KEYS, keyFile: "/nowhere/keys" });
  const { codec } = counted(recorded);
  const spying = {
    ...codec,
    encode: async (payloads: Payload[], context?: Parameters<typeof codec.encode>[1]) => {
      const sent = await codec.encode(payloads, context);
      const local = context?.type === "activity" && context.isLocal;
      for (const [index, payload] of payloads.entries()) {
        const value = text(payload).startsWith("{") ? "object" : "text";
        const kind = `${local ? "local" : "sent"} ${value} ${text(sent[index]!) === text(payload) ? "plain" : "encrypted"}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
      return sent;
    },
  };
  const dataConverter = { ...workerDataConverterOf(recorded, true), payloadCodecs: [spying] };
  assert.deepEqual(await replayHistories((await readHistories()).values(), { dataConverter }), []);
  assert.ok((kinds.get("local object plain") ?? 0) > 10);
  const expected = ["local object plain", "local text encrypted", "sent object encrypted", "sent text encrypted"];
  assert.deepEqual([...kinds.keys()].sort(), expected);
});

test("a client's codec knows no local activities: it encrypts what is marked, too", async () => {
  const [codec] = dataConverterOf(keyring, true).payloadCodecs!;
  const [sent] = await codec!.encode([marked]);
  assert.ok(!text(sent!).includes("MARKER"));
});
