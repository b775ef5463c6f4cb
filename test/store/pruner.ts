/**
 * A process that opens a store and removes old runs: `node pruner.ts <options as JSON> <ended before>` prints what it freed
 * as JSON.
 */
import { pruneRuns } from "../../client/prune.ts";
import { openStore, type StoreOptions } from "../../store/openStore.ts";

const [, , options, endedBefore] = process.argv;
const store = await openStore(JSON.parse(options!) as StoreOptions);
const pruned = await pruneRuns({ store }, { endedBefore: Number(endedBefore), keep: [], dryRun: false });
process.stdout.write(JSON.stringify(pruned));
await store.close();
