import { summarize } from "./shared/statistics.ts";
import type { Summary } from "./shared/statistics.ts";

interface Input {
  readonly values: readonly number[];
  readonly unit?: string;
}

enum Size {
  Few = "few",
  Many = "many",
}

/**
 * @task summarize
 * @description Count, sum, mean and bounds of a list of numbers; a task in TypeScript.
 * @param {object} input
 * @param {number[]} input.values
 * @param {string} [input.unit] - Goes through to the answer.
 * @returns {Promise<object>}
 */
export default async function execute(input: Input): Promise<Summary & { unit: string | null; size: Size }> {
  const summary = summarize(input.values);
  return { ...summary, unit: input.unit ?? null, size: summary.count > 10 ? Size.Many : Size.Few };
}
