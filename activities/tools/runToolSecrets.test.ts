import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ApplicationFailure } from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { createCipher } from "../../encryption/cipher.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import type { Json } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { ToolAnswer } from "../../protocol/activities.ts";
import type { Store } from "../../protocol/store.ts";
import type { Carried } from "../../protocol/value.ts";
import { openStore } from "../../store/openStore.ts";
import { carryFound, secretsIn } from "../masking/secretClaims.ts";
import { readCarried } from "../carried.ts";
import { methodTable } from "./methodTable.ts";
import { createRegistry } from "./registry.ts";
import { createToolActivity } from "./runTool.ts";
import type { Method } from "./service.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const ignore = (): void => undefined;
const SECRET = "the-secret-of-the-test";

describe("the wrapper of every tool", () => {
  let folder: string;
  let store: Store;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tasker-run-tool-"));
    const cipher = createCipher(createKeyring({ keyFile: join(folder, "keys") }), "store");
    store = await openStore({ file: join(folder, "store.db"), synchronous: "normal", cipher });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Calls a tool that is called with what `advance` made of the arguments. */
  async function run(method: Omit<Method, "kind">, args: Json[], mask?: (text: string) => string): Promise<ToolAnswer> {
    const service = methodTable("svc", { go: { kind: "effect", ...method } });
    const activity = createToolActivity({
      registry: createRegistry([service]),
      blobs: store.blobs,
      ...(mask === undefined ? {} : { mask }),
    });
    const text = JSON.stringify(args);
    const found = text.includes(SECRET) ? [SECRET] : [];
    const request = {
      run: RUN,
      key: "key",
      task: "task",
      args: await carryFound(store.blobs, RUN, text, LIMITS.inlineBytes, found),
      inlineBytes: LIMITS.inlineBytes,
      tools: null,
    };
    const silent = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
    const environment = new MockActivityEnvironment({ activityType: "svc.go" }, { logger: silent });
    return environment.run(activity, request);
  }
  const claimOf = (carried: Carried) => ("claim" in carried ? carried.claim : assert.fail("travels in plain"));

  it("answers a secret method's result as a sealed claim, however small, whose strings are the secrets", async () => {
    const { result } = await run({ secret: true, call: () => Promise.resolve({ token: SECRET, n: 1 }) }, []);
    const claim = claimOf(result);
    assert.equal(claim.secret, true);
    const redeemed = await readCarried(store.blobs, RUN, result);
    assert.deepEqual(JSON.parse(redeemed.text), { token: SECRET, n: 1 });
    assert.deepEqual(await secretsIn(redeemed), [SECRET]);
  });

  it("tells nothing apart in a secret value that is too large to be searched", async () => {
    const { result } = await run(
      { secret: true, call: () => Promise.resolve([SECRET, "x".repeat(6 * LIMITS.maskedBytes)]) },
      [],
    );
    assert.equal(await secretsIn(await readCarried(store.blobs, RUN, result)), "all");
  });

  it("keeps a secret secret whatever a claim says of it", async () => {
    const { result } = await run({ secret: true, call: () => Promise.resolve(SECRET) }, []);
    const { sha256, bytes } = claimOf(result);
    for (const claim of [{ sha256, bytes }, { sha256, bytes, secret: true } as const]) {
      assert.deepEqual(await secretsIn(await readCarried(store.blobs, RUN, { claim })), [SECRET]);
    }
  });

  it("hands a tool what is sealed, and seals an answer that repeats a secret which the call was given", async () => {
    const echo: Method["call"] = (args) => Promise.resolve({ said: args, label: "harmless" });
    const { result } = await run({ call: echo }, [{ token: SECRET }]);
    const claim = claimOf(result);
    assert.equal(claim.secret, true);
    const redeemed = await readCarried(store.blobs, RUN, result);
    assert.deepEqual(JSON.parse(redeemed.text), { said: [{ token: SECRET }], label: "harmless" });
    // The text beside it is not secret.
    assert.deepEqual(await secretsIn(redeemed), [SECRET]);
    assert.deepEqual(redeemed.secret, [SECRET]);
  });

  it("answers in plain what repeats none", async () => {
    const { result } = await run({ call: () => Promise.resolve("fine") }, [SECRET]);
    assert.deepEqual(result, { value: "fine" });
  });

  it("hides in a message what the call was given, and what the process has opened", async () => {
    const call: Method["call"] = ([token]) =>
      Promise.reject(new Error(`${JSON.stringify(token)} and the-key are wrong`));
    const failing = run({ call }, [SECRET], (text) => text.replaceAll("the-key", "***"));
    await assert.rejects(failing, (failure) => {
      assert.ok(failure instanceof ApplicationFailure);
      assert.equal(failure.message, '"***" and *** are wrong');
      assert.ok(!JSON.stringify(failure.details).includes(SECRET));
      return true;
    });
  });
});
