import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fc, fuzz, oddJson, oddText } from "../test/support/fuzz.ts";
import { aCall, aCipher, aRun, record } from "../test/store/samples.ts";
import { openStore } from "./openStore.ts";

const words = ["'", "--", "sealed:", "%"];
const recorded = fc.record({
  id: oddText(words, 5),
  task: oddText(words, 5),
  input: oddJson(words),
  args: oddJson(words),
  text: oddText(words),
  bytes: fc.uint8Array({ maxLength: 50 }),
});

for (const sealAll of [false, true]) {
  test(`a run's record comes back exactly, whatever it holds${sealAll ? ", sealed" : ""}`, async (t) => {
    const directory = await mkdtemp(path.join(tmpdir(), "tasker-fuzz-"));
    const store = await openStore({
      file: path.join(directory, "store.db"),
      synchronous: "normal",
      cipher: aCipher(),
      sealAll,
    });
    t.after(async () => {
      await store.close();
      await rm(directory, { recursive: true });
    });
    let count = 0;
    await fuzz(t, 250, recorded, async ({ id, task, input, args, text, bytes }) => {
      const run = aRun({ taskRunId: `${id}${count++}`, firstRunId: `f${id}`, task, input: { value: input } });
      const call = aCall(1, { args: { value: args }, tool: "t" });
      const line = { at: 1, level: "info", text } as const;
      await store.runs.open(run);
      await record(store.runs, run, [call], 0, [line]);
      const { input: kept, task: name } = (await store.runs.get(run.taskRunId))!;
      assert.deepEqual([kept, name], [JSON.parse(JSON.stringify({ value: input })), task]);
      assert.deepEqual(await store.runs.calls(run), JSON.parse(JSON.stringify([call])));
      assert.deepEqual(await store.runs.logs(run), [line]);
      const claim = await store.blobs.put(run, bytes);
      assert.match(claim.sha256, /^[0-9a-f]{64}$/);
    });
  });
}
