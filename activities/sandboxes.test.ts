import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineStore } from "../protocol/store.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { Sandboxes } from "./sandboxes.ts";

function engineStore(engines: Record<string, Uint8Array>): EngineStore {
  return {
    put: () => Promise.resolve(),
    get: (engine) => Promise.resolve(engines[engine]),
  };
}

const OWN = { engine: "own", close: () => Promise.resolve() } as unknown as Sandbox;
const make = (engine: Uint8Array): Promise<Sandbox> => createSandbox({ threads: 1, cacheVms: 1, engine });

test("a run of another engine goes on with the one in the store", async () => {
  const other = await createSandbox({ threads: 1, cacheVms: 1 });
  const sandboxes = new Sandboxes(OWN, engineStore({ [other.engine]: await other.exportEngine() }), make);
  const found = await sandboxes.for(other.engine);
  assert.equal(found.engine, other.engine);
  assert.equal(await sandboxes.for(other.engine), found, "it is made once");
  assert.equal(await sandboxes.for("own"), OWN);
  await sandboxes.close();
  await other.close();
});

test("an engine that is not to be had is engine_missing, to be tried again, and says what to do", async () => {
  const other = await createSandbox({ threads: 1, cacheVms: 1 });
  const bytes = await other.exportEngine();
  await other.close();
  const engines: Record<string, Uint8Array> = { garbage: new Uint8Array([1, 2, 3]), renamed: bytes };
  const sandboxes = new Sandboxes(OWN, engineStore(engines), make);
  for (const engine of ["absent", "garbage", "renamed"]) {
    await assert.rejects(sandboxes.for(engine), {
      code: "engine_missing",
      retryable: true,
      message: /Start a worker of the release/,
    });
  }
  engines["absent-before"] = bytes;
  engines[other.engine] = bytes;
  assert.equal((await sandboxes.for(other.engine)).engine, other.engine);
  await sandboxes.close();
});
