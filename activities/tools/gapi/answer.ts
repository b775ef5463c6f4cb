import { TextDecoder } from "node:util";
import { parseJson } from "../../sliced/parseJson.ts";
import { GAPI_CODES, gapiError } from "./faults.ts";
import type { HttpAnswer } from "./transport.ts";

/** What a download answers. */
export interface MediaAnswer {
  readonly contentType: string;
  /** The content of a text or JSON file, by its charset or else as UTF-8. */
  readonly text?: string;
  /** The content of any other file. */
  readonly base64?: string;
}

/** The body of a success: the resource, null where there is none, or the file that was asked for. */
export async function readAnswer(
  tool: string,
  { headers, body, status }: HttpAnswer,
  wantsMedia: boolean,
): Promise<unknown> {
  const contentType = headers.get("content-type") ?? "";
  if (wantsMedia) return mediaAnswer(contentType, body);
  if (body.length === 0) return null;
  try {
    return await parseJson(body.toString("utf8"));
  } catch {
    throw gapiError(
      GAPI_CODES.notJson,
      `Google answered ${tool} ${status} with a body that is not JSON (${contentType || "no content type"}). A proxy in between, or TASKER_GOOGLE_BASE_URL, may lead elsewhere.`,
    );
  }
}

function mediaAnswer(contentType: string, body: Buffer): MediaAnswer {
  const isText = /^(text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b)/i.test(contentType);
  if (!isText) return { contentType, base64: body.toString("base64") };
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  return { contentType, text: decode(body, charset) };
}

/** What is no charset is read as UTF-8. */
function decode(body: Buffer, charset = "utf-8"): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}
