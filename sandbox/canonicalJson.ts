/**
 * The same text for JSON that differs in the order of its objects' keys only. The given text is a VM's own: well formed,
 * nested at most `LIMITS.jsonDepth` deep, and written by one writer.
 */
export function canonicalJson(text: string): string {
  if (!text.includes("{")) return text;
  const value: unknown = JSON.parse(text);
  return isSorted(value) ? text : JSON.stringify(value, withSortedKeys);
}

function isSorted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  const keys = Object.keys(value);
  return (
    keys.every((key, i) => i === 0 || (keys[i - 1] as string) < key) &&
    keys.every((key) => isSorted((value as Record<string, unknown>)[key]))
  );
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  // `fromEntries` defines the keys: one named __proto__ is a key like the others.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
