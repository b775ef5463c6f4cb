import type { Json, JsonText } from "../../protocol/json.ts";

export interface ArgumentTextsRequest {
  /** A JSON array. */
  readonly text: JsonText;
}

/** The JSON of each item of an array. */
export function argumentTexts({ text }: ArgumentTextsRequest): JsonText[] {
  return (JSON.parse(text) as Json[]).map((argument) => JSON.stringify(argument));
}
