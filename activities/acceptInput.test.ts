import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { openStore } from "../store/openStore.ts";
import { aVersion } from "../test/store/samples.ts";
import { createAcceptInput } from "./acceptInput.ts";

const version = aVersion({ task: "echo" });

test("an input may have as many bytes as the limit says, and not one more, whatever its characters", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-input-"));
  const store = await openStore({ file: path.join(folder, "tasker.db"), synchronous: "normal" });
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  const accept = createAcceptInput(store.blobs, () => Promise.resolve({}));
  const run = { taskRunId: "run", firstRunId: "first" };
  // Two quotes, and three bytes for each euro sign.
  const euros = (bytes: number): string => "€".repeat((bytes - 4) / 3) + "x".repeat(2 + ((bytes - 4) % 3));
  const text = euros(LIMITS.inputBytes - ((LIMITS.inputBytes - 4) % 3));
  assert.ok((await accept(run, { task: "echo", input: text }, version)).claim);
  const past = `${text}€`;
  assert.ok(past.length < LIMITS.inputBytes / 2);
  await assert.rejects(accept(run, { task: "echo", input: past }, version), { code: "input_too_large" });
});
