import type { Client, WorkflowExecutionDescription } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { decodeOptionalFailureToOptionalError } from "@temporalio/common/lib/internal-non-workflow/index.js";
import { optionalTsToMs } from "@temporalio/common/lib/time.js";
import { decodeFailure } from "../protocol/failure.ts";
import { LIMITS } from "../protocol/limits.ts";
import { callOfActivity } from "../protocol/names.ts";
import type { RetriedActivity } from "../protocol/run.ts";
import { safeText } from "../protocol/text.ts";

/** A message is for one line of a status: the record has it whole once the call has failed for good. */
const MESSAGE_BYTES = 2_000;

/**
 * The pending activities of a run whose last attempt failed, as Temporal describes them, in the order of their scheduling.
 * Local activities are not among them: only the workflow knows these (see `RunProgress`).
 */
export async function retriedActivities(
  client: Client,
  { raw }: Pick<WorkflowExecutionDescription, "raw">,
): Promise<RetriedActivity[]> {
  const failed = (raw.pendingActivities ?? []).filter(({ lastFailure }) => lastFailure != null);
  const retried = await Promise.all(
    failed.map(async (pending): Promise<RetriedActivity> => {
      const call = callOfActivity(pending.activityId ?? "");
      const nextAttemptAt = optionalTsToMs(pending.nextAttemptScheduleTime);
      return {
        type: pending.activityType?.name ?? "",
        ...(call === undefined ? {} : { call }),
        attempt: pending.attempt ?? 1,
        lastError: await readError(client, pending.lastFailure),
        since: optionalTsToMs(pending.scheduledTime) ?? 0,
        ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      };
    }),
  );
  return retried.sort((a, b) => a.since - b.since || (a.call ?? 0) - (b.call ?? 0));
}

type Failure = NonNullable<
  NonNullable<WorkflowExecutionDescription["raw"]["pendingActivities"]>[number]["lastFailure"]
>;

/** The failure is encrypted where payloads are. One that this client has no key for must not hide the rest. */
async function readError(client: Client, failure: Failure | null | undefined): Promise<RetriedActivity["lastError"]> {
  try {
    const { loadedDataConverter } = client.workflow.options;
    const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, failure);
    const code = error instanceof ApplicationFailure ? decodeFailure(error).error.code : (error?.name ?? "");
    return { code: safeText(code, LIMITS.toolNameBytes), message: safeText(error?.message ?? "", MESSAGE_BYTES) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: "unreadable", message: safeText(`The last error cannot be read: ${why}`, MESSAGE_BYTES) };
  }
}
