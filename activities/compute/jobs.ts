import type { Json, JsonText } from "../../protocol/json.ts";

/** What a compute thread does: each job's request and result cross the border between threads as structured clones. */
export interface Jobs {
  checkInput(request: CheckInputRequest): CheckedInput;
}

export interface CheckInputRequest {
  /** Names the schema: the same version has the same schema. */
  readonly version: string;
  readonly schema: Json;
  readonly text: JsonText;
}

export interface CheckedInput {
  /** The input's text with the schema's defaults, when some were filled in. */
  readonly completed?: JsonText;
  /** One line about fields that the schema does not declare. */
  readonly unknown?: string;
}

export type JobName = keyof Jobs;
export type JobRequest<Name extends JobName> = Parameters<Jobs[Name]>[0];
export type JobResult<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;
