import type { Json, JsonText } from "../../protocol/json.ts";
import type { AuthorFailure } from "../../sandbox/authorFailure.ts";
import type { GuestFailure } from "../../sandbox/types.ts";
import type { ArgumentTextsRequest } from "./argumentTexts.ts";
import type { ResultPage, ResultPageRequest } from "../tools/websearch/resultPage.ts";

/** What a compute thread does: each job's request and result cross the border between threads as structured clones. */
export interface Jobs {
  checkInput(request: CheckInputRequest): CheckedInput;
  authorStacks(request: AuthorStacksRequest): string[];
  authorFailure(request: AuthorFailureRequest): AuthorFailure;
  readResultPage(request: ResultPageRequest): ResultPage;
  argumentTexts(request: ArgumentTextsRequest): JsonText[];
}

export interface CheckInputRequest {
  /** Names the schema: the same version has the same schema. */
  readonly version: string;
  readonly schema: Json;
  readonly text: JsonText;
}

export interface AuthorStacksRequest {
  readonly texts: readonly string[];
  readonly sourceMap: string;
}

export interface AuthorFailureRequest {
  readonly failure: GuestFailure;
  readonly sourceMap: string;
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
