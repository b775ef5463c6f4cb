/** The bench's Tasker worker, except that it does not store steps: what the journal costs is the difference. */
import { readConfiguration } from "../../configuration.ts";
import type { Store } from "../../protocol/store.ts";
import { startWorker } from "../../worker.ts";
import { benchService } from "../service.ts";
import { reportReady } from "./reportReady.ts";

const worker = await startWorker(readConfiguration(), { services: [benchService], decorateStore: withoutSteps });
reportReady();
await worker.ended;

function withoutSteps(store: Store): Store {
  const { runs } = store;
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- what is left out
  const write: typeof runs.write = (run, writer, { steps, ...written }) => runs.write(run, writer, written);
  return { ...store, runs: { ...runs, write } };
}
