import { DefaultFailureConverter } from "@temporalio/common";

/**
 * Puts messages and stacks of failures into a payload, which the codec encrypts. Named by path to workers and clients
 * (dataConverter.ts), for workflow code needs it inside its own bundle.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
