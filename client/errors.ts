import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  ServiceError,
  WorkflowNotFoundError,
  type WorkflowExecution,
} from "@temporalio/client";
import { TaskerError } from "../protocol/errors.ts";

/** Codes that only a client meets; the others are in protocol/errors.ts. */
export const CLIENT_CODES = {
  unknownRun: "unknown_run",
  runExists: "run_exists",
  runEnded: "run_ended",
  progressUnavailable: "progress_unavailable",
  unreachable: "temporal_unreachable",
  namespaceNotFound: "namespace_not_found",
  refused: "temporal_refused",
} as const;

/** Nothing is known of this id: neither a record nor a workflow. */
export function unknownRun(taskRunId: string): TaskerError {
  return new TaskerError({
    code: CLIENT_CODES.unknownRun,
    class: "guest",
    message: `There is no run "${taskRunId}". The id is the Temporal workflow id that starting the run answered.`,
  });
}

// The gRPC status codes that say the server, or the way to it, is not there. (grpc.status, written out so that
// the client needs no other package than Temporal's.)
const UNREACHABLE = new Set([1, 4, 14]); // CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE

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

function toTaskerError(what: string, error: unknown): unknown {
  if (error instanceof NamespaceNotFoundError) {
    return new TaskerError(
      {
        code: CLIENT_CODES.namespaceNotFound,
        class: "infrastructure",
        message: `Temporal has no namespace "${error.namespace}". Set TEMPORAL_NAMESPACE, or create it there.`,
      },
      { retryable: false, cause: error },
    );
  }
  const grpc = isGrpcServiceError(error) ? error : error instanceof ServiceError ? error.cause : undefined;
  if (!isGrpcServiceError(grpc)) return error;
  const unreachable = UNREACHABLE.has(grpc.code);
  return new TaskerError(
    {
      code: unreachable ? CLIENT_CODES.unreachable : CLIENT_CODES.refused,
      class: "infrastructure",
      message: `Temporal ${unreachable ? "cannot be reached" : "refused"} to ${what}: ${grpc.details || grpc.message}`,
    },
    { retryable: unreachable, cause: error },
  );
}

/** Whether the error says that Temporal knows no such workflow (never started, or past its retention). */
export function isNoWorkflow(error: unknown): error is WorkflowNotFoundError & Partial<WorkflowExecution> {
  return error instanceof WorkflowNotFoundError;
}
