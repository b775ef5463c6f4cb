import type { TaskError } from "../../protocol/errors.ts";
import type { JobName } from "./jobs.ts";

export interface JobMessage {
  readonly name: JobName;
  readonly request: unknown;
}

/** Once, when the thread can take jobs. `tid`: Linux's number of the thread, to read its CPU time from outside. */
export interface Ready {
  readonly tid: number | undefined;
}

/** `error` is a TaskError, or the text of anything else that was thrown. */
export type JobAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: TaskError | string };
