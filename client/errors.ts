import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  ServiceError,
  WorkflowNotFoundError,
  type WorkflowExecution,
} from "@temporalio/client";
import { errorTable, TaskerError } from "../protocol/errors.ts";

/** Codes that only a client meets; the others are in protocol/errors.ts. */
export const { codes: CLIENT_CODES, error: clientError } = errorTable({
  guest: {
    unknownRun: "unknown_run",
    runExists: "run_exists",
    runEnded: "run_ended",
  },
  infrastructure: {
    progressUnavailable: "progress_unavailable",
    unreachable: "temporal_unreachable",
    namespaceNotFound: "namespace_not_found",
    refused: "temporal_refused",
  },
});

/** Nothing is known of this id: neither a record nor a workflow. */
export function unknownRun(taskRunId: string): TaskerError {
  return new TaskerError(
    clientError(
      CLIENT_CODES.unknownRun,
      `There is no run "${taskRunId}". The id is the Temporal workflow id, which is printed when the run starts.`,
    ),
  );
}

// The gRPC status codes that say the server, or the way to it, is not there. (grpc.status, written out so that
// the client needs no other package than Temporal's.)
const UNREACHABLE = new Set([1, 4, 14]); // CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE
const NOT_FOUND = new Set([5]);

/**
 * Runs one request to Temporal and turns what can go wrong between here and there into a `TaskerError`.
 * "No such workflow" passes through as Temporal's own `WorkflowNotFoundError`, for each caller means something else by it.
 */
export async function asking<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw toTaskerError(what, error);
  }
}

/** The error as a `TaskerError` if it comes from Temporal or from the way there; otherwise the error itself. */
export function toTaskerError(what: string, error: unknown): unknown {
  if (error instanceof NamespaceNotFoundError) return namespaceNotFound(`namespace "${error.namespace}"`, error);
  if (isTransportError(error))
    return unreachableError(`Temporal cannot be reached to ${what}: ${error.message}`, error);
  const grpc = isGrpcServiceError(error) ? error : error instanceof ServiceError ? error.cause : undefined;
  if (!isGrpcServiceError(grpc)) return error;
  // The raw services do not turn this into an error class of its own.
  if (NOT_FOUND.has(grpc.code) && /\bnamespace\b.*\bnot found/i.test(grpc.details || grpc.message))
    return namespaceNotFound("this namespace", error);
  const unreachable = UNREACHABLE.has(grpc.code);
  return new TaskerError(
    clientError(
      unreachable ? CLIENT_CODES.unreachable : CLIENT_CODES.refused,
      `Temporal ${unreachable ? "cannot be reached" : "refused"} to ${what}: ${grpc.details || grpc.message}`,
    ),
    { retryable: unreachable, cause: error },
  );
}

/** The server, or the way to it, is not there. */
export function unreachableError(message: string, cause: unknown): TaskerError {
  return new TaskerError(clientError(CLIENT_CODES.unreachable, message), { cause });
}

function namespaceNotFound(which: string, cause: unknown): TaskerError {
  const message = `Temporal does not have ${which}. Set TEMPORAL_NAMESPACE, or create the namespace there.`;
  return new TaskerError(clientError(CLIENT_CODES.namespaceNotFound, message), { retryable: false, cause });
}

/** What a worker's connection throws. Named, because the client does not depend on the worker's package. */
function isTransportError(error: unknown): error is Error {
  return error instanceof Error && error.name === "TransportError";
}

/** Whether the error says that Temporal knows no such workflow (never started, or past its retention). */
export function isNoWorkflow(error: unknown): error is WorkflowNotFoundError & Partial<WorkflowExecution> {
  return error instanceof WorkflowNotFoundError;
}
