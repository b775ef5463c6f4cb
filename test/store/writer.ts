/**
 * A process that opens a store and writes until it is told to stop.
 * `node writer.ts <options as JSON> <name> <runs>` prints the id of every run that the store has confirmed, one a line.
 */
import { randomBytes } from "node:crypto";
import { openStore, type StoreOptions } from "../../store/openStore.ts";
import { aCall, aRun, keyOf, record } from "./samples.ts";

const [, , options, name, count] = process.argv;
const store = await openStore(JSON.parse(options!) as StoreOptions);
for (let i = 0; i < Number(count); i++) {
  const run = aRun({ ...keyOf(`${name}-${i}`), task: name! });
  const claim = await store.blobs.put(run, randomBytes(50_000));
  await store.runs.open({ ...run, input: { claim } });
  await record(store.runs, run, [aCall(1), aCall(2)], 0, [{ at: 1, level: "info", text: "x" }]);
  process.stdout.write(`${run.taskRunId}\n`);
}
await store.close();
