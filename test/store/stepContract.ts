import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { KeptStep, KeptSteps } from "../../protocol/step.ts";
import type { Store, Writer } from "../../protocol/store.ts";
import { aCall, aRun, firstWriter, writerOf, type OpenRun } from "./samples.ts";

/** What every store promises of the steps of runs. */
export function stepContract(storeOf: () => Store): void {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  const aStep = (text: string, changes: Partial<KeptStep> = {}): KeptStep => ({
    now: 1764254890123,
    settled: [],
    digest: digest(text),
    ...changes,
  });
  const written = (first: number, texts: string, changes: Partial<KeptSteps> = {}): KeptSteps => ({
    ...{ first, engine: "e", snapshots: [] },
    steps: Array.from(texts).map((text) => aStep(text)),
    ...changes,
  });
  const record = (run: OpenRun, steps: KeptSteps, calls = [aCall(1)], writer: Writer = firstWriter(run, 10)) =>
    storeOf().runs.write(run, writer, { firstCall: 100, calls, firstLine: 0, lines: [], steps });
  /** The digests' letters by step, as they are kept. */
  async function kept(run: OpenRun): Promise<string> {
    const letters = new Map(Array.from("abcdefgh").map((letter) => [digest(letter), letter]));
    const chunks = await storeOf().runs.steps(run);
    return chunks
      .map(({ first, steps }) => `${first}${steps.map((step) => letters.get(step.digest)).join("")}`)
      .join(" ");
  }

  test("steps come back exactly and in order: times, calls in their order, held, digest, engine", async () => {
    const run = aRun();
    await storeOf().runs.open(run);
    assert.deepEqual(await storeOf().runs.steps(run), []);
    const settled = [[], [3], [5, 4, 6, 7, 8, 1], [10_000, 10_001], [2, 1, 0]];
    const steps = settled.map((numbers, i) => aStep(`${i}`, { settled: numbers, now: i + 0.5 }));
    steps.push(aStep("held", { held: true }));
    await record(run, written(1, "", { steps, engine: "an engine" }));
    await record(run, written(7, "g"));
    assert.deepEqual(await storeOf().runs.steps(run), [
      { first: 1, engine: "an engine", steps, snapshots: [] },
      { first: 7, engine: "e", steps: [aStep("g")], snapshots: [] },
    ]);
  });

  test("steps that are written replace all that were kept from their first one on", async () => {
    const run = aRun();
    await storeOf().runs.open(run);
    await record(run, written(1, "ab"));
    await record(run, written(3, "cd"));
    await record(run, written(5, "ef"));
    await record(run, written(3, "g"));
    assert.equal(await kept(run), "1ab 3g");
    await record(run, written(3, ""));
    assert.equal(await kept(run), "1ab");
  });

  test("a worker that was given up changes nothing: neither steps nor calls", async () => {
    const run = aRun();
    await storeOf().runs.open(run);
    await record(run, written(1, "ab"));
    const at = (length: number): Writer => firstWriter(run, length);
    await record(run, written(3, "c"), [], at(20));
    await record(run, written(3, "d"), [], at(20));
    assert.equal(await record(run, written(1, "h"), [aCall(2)], at(19)), false);
    assert.equal(await kept(run), "1ab 3d");
    // Histories are counted anew by each execution.
    const second = { ...writerOf(run, "second"), historyLength: 4 };
    assert.equal(await record(run, written(3, "ef"), [aCall(2)], second), true);
    assert.equal(await record(run, written(3, "h"), [aCall(3)], at(30)), false);
    assert.equal(await kept(run), "1ab 3ef");
    assert.deepEqual(await storeOf().runs.calls(run), [aCall(1), aCall(2)]);
  });

  test("the steps name the snapshots that the run still holds", async () => {
    const run = aRun();
    const { runs, blobs } = storeOf();
    await runs.open(run);
    const [one, two] = await Promise.all(["one", "two"].map((text) => blobs.put(run, Buffer.from(text))));
    const snapshots = [
      { after: 1, snapshot: { ...one!, engine: "e" } },
      { after: 2, snapshot: { ...two!, engine: "e" } },
    ];
    await record(run, written(1, "ab", { snapshots }));
    assert.deepEqual((await runs.steps(run))[0]?.snapshots, snapshots);
    await blobs.release(run, [one!.sha256]);
    assert.deepEqual((await runs.steps(run))[0]?.snapshots, snapshots.slice(1));
  });

  test("a removed run leaves no steps", async () => {
    const run = aRun();
    const { runs } = storeOf();
    await runs.open(run);
    await record(run, written(1, "ab"));
    await runs.close(run, firstWriter(run, 10), { status: "completed", endedAt: 1 });
    await runs.remove(run);
    await runs.open(run);
    assert.equal(await kept(run), "");
  });

  test("steps of a run that has no record fail for good, and leave nothing", async () => {
    const run = aRun();
    const failure = { class: "infrastructure", retryable: false };
    await assert.rejects(record(run, written(1, "a"), []), failure);
    await storeOf().runs.open(run);
    assert.equal(await kept(run), "");
  });
}
