import { DefaultPayloadConverter, type Payload, type SerializationContext, ValueError } from "@temporalio/common";
import { inWorkflowContext, workflowInfo } from "@temporalio/workflow";
import { isLocalArgument } from "../protocol/localArgument.ts";
import { undecodable } from "../protocol/undecodable.ts";
import { withLocalMark } from "./localMark.ts";
import { whyNotDecoded } from "./undecodablePayload.ts";

/**
 * The worker's converter. Anybody may start a workflow or signal it with any payload. One that cannot be decoded becomes
 * an `Undecodable` value there, for the workflow to refuse. Everywhere else (results of activities and children, arguments
 * of activities) it throws: such a payload was written by a worker, and the right key makes it readable.
 * It marks the arguments of local activities for the codec.
 */
class WorkerPayloadConverter extends DefaultPayloadConverter {
  override toPayload(value: unknown): Payload {
    const payload = super.toPayload(value);
    return isLocalArgument(value) ? withLocalMark(payload) : payload;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the SDK's own signature
  override fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      const why = whyNotDecoded(payload);
      if (why !== undefined) throw new ValueError(why);
      return super.fromPayload<T>(payload);
    } catch (error) {
      if (!isFromOutside(context)) throw error;
      return undecodable(error instanceof Error ? error.message : String(error)) as T;
    }
  }
}

/** Arguments, signals, queries, memo and last result have the context of the workflow itself. */
function isFromOutside(context: SerializationContext | undefined): boolean {
  return context?.type === "workflow" && inWorkflowContext() && context.workflowId === workflowInfo().workflowId;
}

export const payloadConverter = new WorkerPayloadConverter();
