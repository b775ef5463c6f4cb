import { invalidRequest } from "./apiError.ts";
import type { Fields } from "./chat.ts";
import { embeddingOf, hashOf, tokensOf } from "./text.ts";

/** `POST /embeddings`: as floats, or base64 of 32-bit floats. */
export function createEmbeddings(body: Fields, seed: number): Fields {
  const inputs = textsOf(body["input"]);
  const dimensions = typeof body["dimensions"] === "number" ? body["dimensions"] : 64;
  const data = inputs.map((text, index) => {
    const floats = embeddingOf(text, dimensions, seed);
    const base64 = (): string => Buffer.from(new Float32Array(floats).buffer).toString("base64");
    return { object: "embedding", index, embedding: body["encoding_format"] === "base64" ? base64() : floats };
  });
  const tokens = inputs.reduce((sum, text) => sum + tokensOf(text), 0);
  return { object: "list", data, model: body["model"], usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** `POST /moderations`: what holds the word "kill" is flagged. */
export function moderate(body: Fields): Fields {
  const results = textsOf(body["input"]).map((text) => {
    const flagged = /\bkill\b/i.test(text);
    return { flagged, categories: { violence: flagged }, category_scores: { violence: flagged ? 0.98 : 0.01 } };
  });
  return { id: "modr-standin", model: body["model"] ?? "omni-moderation-latest", results };
}

/** `POST /images/generations`: bytes that are no image, `n` times, or addresses when `response_format` is "url". */
export function generateImages(body: Fields, seed: number): Fields {
  const { prompt, n = 1, response_format: format } = body;
  if (typeof prompt !== "string" || prompt === "")
    throw invalidRequest("Missing required parameter: 'prompt'.", "prompt");
  const data = Array.from({ length: Number(n) }, (_, index) => {
    const hash = hashOf(seed, index, prompt).toString(16);
    return format === "url" ? { url: `https://images.example.com/${hash}.png` } : { b64_json: btoa(hash) };
  });
  const tokens = tokensOf(prompt);
  const usage = { input_tokens: tokens, output_tokens: 100 * data.length, total_tokens: tokens + 100 * data.length };
  return { created: 1_700_000_000, data, usage };
}

function textsOf(input: unknown): string[] {
  const texts = typeof input === "string" ? [input] : input;
  if (Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === "string")) return texts;
  throw invalidRequest("Invalid 'input': expected a string or an array of strings.", "input");
}
