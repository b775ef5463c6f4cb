export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** The usual figures of a list of numbers; those that an empty list does not have are null. */
export function summarize(values: readonly number[]): Summary {
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.length === 0) return { count: 0, sum, mean: null, min: null, max: null };
  // A spread would exhaust the stack on a long list.
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  return { count: values.length, sum, mean: sum / values.length, min, max };
}
