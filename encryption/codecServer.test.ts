import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { defaultPayloadConverter } from "@temporalio/common";
import { TaskerError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { jsonHere } from "../test/support/jsonHere.ts";
import { createCipher } from "./cipher.ts";
import { startCodecServer, type CodecServer } from "./codecServer.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";
import { createPayloadCodec } from "./payloadCodec.ts";
import { formatPayloads, parsePayloads, type PayloadsJson } from "./payloadJson.ts";

const newKeys = () => ({ keys: formatKey(newKey()), keyFile: "/nowhere/keys" });
const codecOf = (keys = newKeys()) => createPayloadCodec(createCipher(createKeyring(keys), "payloads"));
const keys = newKeys();
const codec = codecOf(keys);
const UI = "http://ui.example";
const allowsOrigin = (origin: string) => origin === UI;
const plain = formatPayloads([defaultPayloadConverter.toPayload({ is: "MARKER" })]);

describe("the codec endpoint", () => {
  let open: CodecServer;
  let guarded: CodecServer;
  before(async () => {
    open = await startCodecServer({ keys, port: 0, allowsOrigin });
    guarded = await startCodecServer({ keys, port: 0, allowsOrigin, token: "a token" });
  });
  after(() => Promise.all([open.close(), guarded.close()]));

  const post = (path: string, body: unknown, headers: Record<string, string> = {}, { url } = open) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-namespace": "default", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const errorOf = async (response: Response) => [
    response.status,
    ((await response.json()) as { error: { code: string } }).error.code,
  ];

  test("listens on loopback only, on a port of its own choice", () => {
    assert.match(open.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("encrypts and decrypts payloads in Temporal's JSON, and leaves plain ones as they are", async () => {
    const encoded = (await (await post("/encode", plain)).json()) as PayloadsJson;
    assert.ok(!Buffer.from(encoded.payloads[0]!.data!, "base64").includes("MARKER"));
    assert.equal(Buffer.from(encoded.payloads[0]!.metadata!["encoding"]!, "base64").toString(), "binary/encrypted");
    const response = await post("/decode", { payloads: [...encoded.payloads, ...plain.payloads, {}] });
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const [decoded, same, empty] = parsePayloads(await response.text());
    assert.deepEqual(defaultPayloadConverter.fromPayload(decoded!), { is: "MARKER" });
    assert.deepEqual(defaultPayloadConverter.fromPayload(same!), { is: "MARKER" });
    assert.deepEqual(empty, { metadata: {}, data: new Uint8Array() });
    assert.deepEqual(await (await post("/decode", {})).json(), { payloads: [] });
  });

  test("answers pages of the allowed origins, and no others, however they ask", async () => {
    const allowed = await post("/decode", plain, { origin: UI });
    assert.equal(allowed.status, 200);
    assert.equal(allowed.headers.get("access-control-allow-origin"), UI);
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "x-namespace" };
    const preflight = await fetch(`${open.url}/decode`, { method: "OPTIONS", headers: { origin: UI, ...asked } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-methods"), "POST, OPTIONS");
    assert.equal(preflight.headers.get("access-control-allow-headers"), "authorization, content-type, x-namespace");
    for (const origin of ["http://evil.example", `${UI}.evil.example`, "null", open.url]) {
      const denied = await post("/decode", plain, { origin });
      assert.equal(denied.headers.get("access-control-allow-origin"), null);
      assert.deepEqual(await errorOf(denied), [403, "origin_denied"]);
      const question = await fetch(`${open.url}/decode`, { method: "OPTIONS", headers: { origin, ...asked } });
      assert.deepEqual(await errorOf(question), [403, "origin_denied"]);
    }
  });

  test("with a token, whoever does not send it gets nothing; a browser's question needs none", async () => {
    for (const headers of [{}, { authorization: "Bearer another" }, { authorization: "a token" }]) {
      const denied = await post("/decode", plain, headers, guarded);
      assert.equal(denied.headers.get("www-authenticate"), "Bearer");
      assert.deepEqual(await errorOf(denied), [401, "unauthorized"]);
    }
    assert.equal((await post("/decode", plain, { authorization: "Bearer a token", origin: UI }, guarded)).status, 200);
    assert.equal((await fetch(`${guarded.url}/decode`, { method: "OPTIONS", headers: { origin: UI } })).status, 204);
  });

  test("says in JSON what is wrong with a request", async () => {
    const [encrypted] = await codecOf().encode([defaultPayloadConverter.toPayload("x")]);
    assert.deepEqual(await errorOf(await fetch(`${open.url}/decode`)), [405, "method_not_allowed"]);
    assert.deepEqual(await errorOf(await post("/other", plain)), [404, "not_found"]);
    const bad = ["", "{", "[]", "null", '{"payloads":1}', '{"payloads":[1]}', '{"payloads":[{"data":1}]}'];
    const worse = [
      '{"payloads":[{"data":"***"}]}',
      '{"payloads":[{"metadata":[]}]}',
      '{"payloads":[{"metadata":{"a":1}}]}',
    ];
    for (const body of [...bad, ...worse]) {
      assert.deepEqual(await errorOf(await post("/decode", body)), [400, "invalid_argument"], body);
    }
    assert.deepEqual(await errorOf(await post("/decode", formatPayloads([encrypted!]))), [422, "key_missing"]);
    const [mine] = await codec.encode([defaultPayloadConverter.toPayload("x")]);
    const cut = formatPayloads([{ ...mine, data: mine!.data!.subarray(0, 40) }]);
    assert.deepEqual(await errorOf(await post("/decode", cut)), [422, "sealed_value_damaged"]);
    assert.equal((await post("/decode", plain)).status, 200, "it goes on");
  });

  test("reads a body of the allowed size, and none larger", async () => {
    const room = LIMITS.codecBodyBytes - JSON.stringify({ payloads: [{ data: "" }] }).length;
    const body = (length: number) => JSON.stringify({ payloads: [{ data: "A".repeat(length) }] });
    assert.equal((await post("/decode", body(room - (room % 4)))).status, 200);
    for (const more of [4, 1_000_000]) {
      assert.deepEqual(await errorOf(await post("/decode", body(room + more))), [413, "body_too_large"]);
    }
  });

  test("takes the allowed number of payloads, and not one more; many small values are refused unparsed", async () => {
    const body = (count: number) => JSON.stringify({ payloads: Array.from({ length: count }, () => ({})) });
    const converted = (await (await post("/encode", body(LIMITS.codecPayloads))).json()) as PayloadsJson;
    assert.equal(converted.payloads.length, LIMITS.codecPayloads);
    const tooMany = [413, "too_many_payloads"];
    assert.deepEqual(await errorOf(await post("/encode", body(LIMITS.codecPayloads + 1))), tooMany);
    assert.deepEqual(await errorOf(await post("/encode", body(500_000))), tooMany);
    // Not even JSON: it was not parsed.
    assert.deepEqual(await errorOf(await post("/encode", `{"payloads":[${"0,".repeat(500_000)}`)), tooMany);
  });

  test("converts in another thread: no payload is a value in the process's own", async () => {
    const body = JSON.stringify({ payloads: Array.from({ length: 2_000 }, () => ({ data: "A".repeat(100) })) });
    let converted = "";
    const characters = await jsonHere(async () => {
      converted = await (await post("/encode", body)).text();
    });
    assert.ok(converted.length > body.length && characters < 1_000, `${characters} characters of JSON here`);
  });

  test("answers other requests while it converts, and stops with a request under way", async () => {
    const server = await startCodecServer({ keys, port: 0, allowsOrigin });
    const payloads = Array.from({ length: LIMITS.codecPayloads }, () => ({ data: "A".repeat(500) }));
    const converting = assert.rejects(post("/encode", { payloads }, {}, server));
    assert.deepEqual(await errorOf(await post("/other", plain, {}, server)), [404, "not_found"]);
    await server.close();
    await converting;
  });

  test("a port that is taken is an error that names it", async () => {
    const port = Number(new URL(open.url).port);
    await assert.rejects(startCodecServer({ keys, port, allowsOrigin }), (error) => {
      assert.ok(error instanceof TaskerError);
      assert.equal(error.code, "codec_unavailable");
      return error.message.includes(`port ${port}`) && error.message.includes("TASKER_CODEC_PORT");
    });
  });
});
