import assert from "node:assert/strict";
import { test } from "node:test";
import type { Keystore } from "../protocol/keystore.ts";
import { CREDENTIAL_MS, createCredentials } from "./credentials.ts";

/** The keystore's part of it, with a memory of what was asked. */
function stand(initial: string | undefined) {
  let time = 0;
  const world = { value: initial, fails: false, given: undefined as string | undefined, asked: [] as string[] };
  const get: Keystore["get"] = (namespace, name, { actor }) => {
    world.asked.push(`${namespace}/${name} ${actor}`);
    return world.fails ? Promise.reject(new Error("away")) : Promise.resolve(world.value);
  };
  const opened: string[] = [];
  const credentials = createCredentials({
    keystore: { get },
    fallback: (name) => Promise.resolve(world.given && `${world.given} for ${name}`),
    opened: (value) => opened.push(value),
    now: () => time,
  });
  return { world, opened, credentials, pass: (ms: number) => (time += ms) };
}

test("a credential of the keystore goes before that of the configuration, and is read as the service", async () => {
  const { world, opened, credentials } = stand("kept");
  world.given = "given";
  assert.equal(await credentials.get("openai"), "kept");
  assert.deepEqual(opened, ["kept"]);
  assert.deepEqual(world.asked, ["services/openai service openai"]);
});

test("what the configuration gives counts where the keystore has nothing, and is told of to be masked", async () => {
  const { world, opened, credentials } = stand(undefined);
  assert.equal(await credentials.get("openai"), undefined);
  world.given = "given";
  assert.equal(await credentials.get("supabase"), "given for supabase");
  assert.deepEqual(opened, ["given for supabase"]);
});

test("a thousand calls at once, and those of the next 30 s, are one access; the one after reads again", async () => {
  const { world, credentials, pass } = stand("first");
  await Promise.all(Array.from({ length: 1000 }, () => credentials.get("google")));
  world.value = "second";
  pass(CREDENTIAL_MS - 1);
  assert.equal(await credentials.get("google"), "first");
  assert.equal(world.asked.length, 1);
  pass(1);
  assert.equal(await credentials.get("google"), "second");
  assert.equal(world.asked.length, 2);
});

test("a credential that was refused is read again at once", async () => {
  const { world, credentials } = stand("revoked");
  await credentials.get("google");
  world.value = "renewed";
  credentials.forget("google");
  assert.equal(await credentials.get("google"), "renewed");
});

test("a failure is not remembered", async () => {
  const { world, credentials } = stand("value");
  world.fails = true;
  await assert.rejects(credentials.get("google"), /away/);
  world.fails = false;
  assert.equal(await credentials.get("google"), "value");
});
