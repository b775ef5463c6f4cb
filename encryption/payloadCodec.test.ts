import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationFailure, defaultPayloadConverter, type Payload } from "@temporalio/common";
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  loadDataConverter,
} from "@temporalio/common/lib/internal-non-workflow/index.js";
import proto from "@temporalio/proto";
import { TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { createCipher } from "./cipher.ts";
import { dataConverterOf } from "./dataConverter.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";
import { createPayloadCodec } from "./payloadCodec.ts";

const ID = "k".repeat(32);
const keyring = createKeyring({ keys: formatKey({ ...newKey(), id: ID }), keyFile: "/nowhere/keys" });
const codec = createPayloadCodec(createCipher(keyring, "payloads"));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const plainly = (payload: Payload) =>
  Object.fromEntries(
    Object.entries(payload.metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  );

test("an encrypted payload shows its encoding and its key's id, and comes back whole", async () => {
  const values = [{ secret: "MARKER" }, null, undefined, "", new Uint8Array([1, 2, 3])];
  const payloads = values.map(payloadOf);
  const encrypted = await codec.encode(payloads);
  assert.equal(encrypted.length, values.length);
  for (const payload of encrypted) {
    assert.deepEqual(plainly(payload), { encoding: "binary/encrypted", "encryption-key-id": ID });
    assert.ok(!Buffer.from(payload.data!).includes("MARKER"));
  }
  const back = (await codec.decode(encrypted)).map((payload) => defaultPayloadConverter.fromPayload(payload));
  assert.deepEqual(back, values);
});

test("what is not encrypted passes as it is", async () => {
  const payloads = [payloadOf({ task: "echo" }), { data: new Uint8Array([1]) }, {}];
  const passed = await codec.decode(payloads);
  passed.forEach((payload, index) => assert.equal(payload, payloads[index]));
});

test("an encrypted payload that was changed, or that somebody else encrypted, is refused", async () => {
  const [encrypted] = await codec.encode([payloadOf("x")]);
  const changed = Uint8Array.from(encrypted!.data!);
  changed[changed.length - 1]! ^= 1;
  for (const data of [changed, new Uint8Array([1, 2, 3]), new Uint8Array()]) {
    await assert.rejects(codec.decode([{ ...encrypted, data }]), isDamaged);
  }
});

test("a process with encryption off sends plainly, and reads what was written while it was on", async () => {
  const off = dataConverterOf(keyring, false);
  const [plain] = off.payloadCodecs!;
  const payload = payloadOf("x");
  assert.deepEqual(await plain!.encode([payload]), [payload]);
  assert.deepEqual(
    await plain!.decode(await codec.encode([payload])),
    await codec.decode(await codec.encode([payload])),
  );
});

test("messages, stacks, details and causes of failures are encrypted, and come back in whatever process", async () => {
  const on = loadDataConverter(dataConverterOf(keyring, true));
  const off = loadDataConverter(dataConverterOf(keyring, false));
  const cause = new Error("MARKER of the cause");
  const thrown = ApplicationFailure.create({ message: "MARKER", type: "code", details: [{ is: "MARKER" }], cause });
  const failure = await encodeErrorToFailure(on, thrown);
  const bytes = Buffer.from(proto.temporal.api.failure.v1.Failure.encode(failure).finish());
  assert.ok(!bytes.includes("MARKER"));
  for (const converter of [on, off]) {
    const back = await decodeOptionalFailureToOptionalError(converter, failure);
    assert.ok(back instanceof ApplicationFailure);
    assert.equal(back.message, "MARKER");
    assert.equal(back.type, "code");
    assert.deepEqual(back.details, [{ is: "MARKER" }]);
    assert.equal(back.cause?.message, "MARKER of the cause");
    assert.match(back.cause.stack ?? "", /payloadCodec\.test/);
  }
});

test("a summary of the allowed length stays below the 400 bytes at which Temporal cuts, with the longest key id", async () => {
  const [summary] = await codec.encode([payloadOf("s".repeat(LIMITS.summaryBytes))]);
  const { length } = proto.temporal.api.common.v1.Payload.encode(summary!).finish();
  assert.ok(length < 400, String(length));
});

function isDamaged(error: unknown): boolean {
  return error instanceof TaskerError && error.code === "sealed_value_damaged";
}
