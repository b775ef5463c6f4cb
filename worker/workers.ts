import type { DataConverter } from "@temporalio/common";
import type { NativeConnection, Worker } from "@temporalio/worker";
import type { Activities } from "../activities/createActivities.ts";
import type { Configuration } from "../configuration.ts";
import type { Policy } from "../policy/policy.ts";
import { allOrNone } from "./runTogether.ts";
import { createServiceWorkers } from "./serviceWorkers.ts";
import { withShortStacks } from "./shortStacks.ts";
import { LeanWorker } from "./workflowHost/leanWorker.ts";
import { workflowBundle } from "./workflowHost/workflowBundle.ts";
import { commonWorkerOptions, runWorkerOptions } from "./workerOptions.ts";

export interface WorkersDeps {
  readonly configuration: Configuration;
  readonly connection: NativeConnection;
  readonly dataConverter: DataConverter;
  readonly policy: Policy;
  /** Names of all services. */
  readonly services: readonly string[];
  readonly activities: Activities;
}

/** Temporal's workers of this process: one for runs and their calls, one for the queue of each service. All of them, or an error. */
export async function createWorkers(deps: WorkersDeps): Promise<Worker[]> {
  const { configuration, connection, dataConverter, policy, services, activities } = deps;
  const bundle = await workflowBundle(dataConverter);
  const common = { ...commonWorkerOptions(configuration), connection, dataConverter };
  return allOrNone([
    withShortStacks(() =>
      LeanWorker.create({
        ...runWorkerOptions(configuration),
        ...common,
        workflowBundle: bundle,
        activities,
      }),
    ),
    ...createServiceWorkers({ ...common, policy, services, activity: activities.default }),
  ]);
}
