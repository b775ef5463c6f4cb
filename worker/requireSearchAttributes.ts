import type { NativeConnection } from "@temporalio/worker";
import type { Configuration } from "../configuration.ts";
import { asking } from "../client/errors.ts";
import { createSearchAttributesCommand, missingSearchAttributes } from "../client/searchAttributes.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";

/**
 * Throws when the namespace lacks a search attribute that runs carry, with the command that makes it: with one missing,
 * a workflow task that sets it would be refused and retried for ever.
 */
export async function requireSearchAttributes(
  connection: NativeConnection,
  configuration: Configuration,
): Promise<void> {
  const { temporalAddress: address = "", temporalNamespace: namespace } = configuration;
  const missing = await asking("read its search attributes", () => missingSearchAttributes(connection, namespace));
  if (missing.length === 0) return;
  const command = createSearchAttributesCommand(missing, { address, namespace });
  const message = `Namespace "${namespace}" lacks the search attributes ${missing.join(", ")}. Register them, then start the worker again:\n  ${command}`;
  throw new TaskerError(taskError(CODES.searchAttributesMissing, message));
}
