import { workflowInfo } from "@temporalio/workflow";
import { CODES, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { WORKFLOW_TYPE } from "../protocol/names.ts";
import { safeText } from "../protocol/text.ts";
import { applicationFailure } from "./failure.ts";

/**
 * Serves every workflow type that does not exist. Without it the SDK fails the workflow task, which the server retries for
 * ever.
 */
export function unknownType(): Promise<never> {
  const type = safeText(workflowInfo().workflowType, LIMITS.toolNameBytes);
  const message = `There is no workflow type "${type}". A task is started with --type ${WORKFLOW_TYPE} and --input '{"task": NAME, "input": JSON}'.`;
  throw applicationFailure(taskError(CODES.unknownWorkflowType, message));
}
