import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { fc, fuzz, oddText } from "../test/support/fuzz.ts";
import { createCipher } from "./cipher.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";
import { createPayloadCodec } from "./payloadCodec.ts";
import { formatPayloads, parsePayloads } from "./payloadJson.ts";

const keyring = createKeyring({ keys: formatKey(newKey()), keyFile: "/nowhere/keys" });
const codec = createPayloadCodec(createCipher(keyring, "payloads"));
const bytes = fc.uint8Array({ maxLength: 80 });
const encoder = new TextEncoder();

test("every payload comes back whole", async (t) => {
  await fuzz(t, 1000, fc.tuple(oddText(), bytes), async ([encoding, data]) => {
    const payload = { metadata: { encoding: encoder.encode(encoding) }, data };
    const [back] = await codec.decode(await codec.encode([payload]));
    assert.deepEqual(new Uint8Array(back!.data!), data);
    assert.deepEqual(new Uint8Array(back!.metadata!["encoding"]!), payload.metadata.encoding);
  });
});

test("a payload that was made up or changed is refused by a TaskerError", async (t) => {
  const [sealed] = await codec.encode([{ metadata: {}, data: encoder.encode("value") }]);
  const damage = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 255 }), bytes, fc.boolean());
  await fuzz(t, 2000, damage, async ([at, flip, made, isMade]) => {
    const data = isMade ? made : new Uint8Array(sealed!.data!);
    if (!isMade) data[at % data.length] = (data[at % data.length] ?? 0) ^ flip;
    await assert.rejects(
      codec.decode([{ metadata: sealed!.metadata!, data }]),
      (error) => error instanceof TaskerError,
    );
  });
});

test("any body of the codec endpoint is parsed or refused with words", async (t) => {
  const body = oddText(
    ['{"payloads":[', '{"metadata":{"encoding":"', '"data":"', "YQ==", '"', "}", "]", ",", "null"],
    12,
  );
  await fuzz(t, 3000, body, (text) => {
    try {
      formatPayloads(parsePayloads(text));
    } catch (error) {
      assert.match(String(error), /must be|is no JSON|is not JSON/);
    }
  });
});
