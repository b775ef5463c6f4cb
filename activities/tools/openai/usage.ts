import type { Usage } from "../../../protocol/step.ts";

/** Fields of OpenAI's `usage`, which its older and its newer methods name differently. */
const COUNTERS: Readonly<Record<string, string>> = {
  prompt_tokens: "inputTokens",
  input_tokens: "inputTokens",
  completion_tokens: "outputTokens",
  output_tokens: "outputTokens",
  total_tokens: "totalTokens",
};

/** What an answer says that it used up: `inputTokens`, `outputTokens`, `totalTokens`, and `images` for those made. */
export function usageOf(answer: object, images: boolean): Usage {
  const { usage, data } = answer as { readonly usage?: unknown; readonly data?: unknown };
  const counted: Record<string, number> = {};
  for (const [name, value] of Object.entries(typeof usage === "object" && usage !== null ? usage : {})) {
    const counter = Object.hasOwn(COUNTERS, name) ? COUNTERS[name] : undefined;
    if (counter !== undefined && Number.isFinite(value) && value >= 0) counted[counter] = Number(value);
  }
  if (images && Array.isArray(data)) counted["images"] = data.length;
  return counted;
}
