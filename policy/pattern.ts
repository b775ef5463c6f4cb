/**
 * Whether a pattern covers a name: the name itself, `*` for every name, or a prefix with a `*` at its end (`billing/*`).
 * No wildcard elsewhere: authors write patterns too (`@tools`), and these cannot be made to backtrack.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The same for a dotted tool name, where a bare prefix covers what lies below it: `http` and `http.*` both cover `http.fetch`. */
export function matchesTool(pattern: string, tool: string): boolean {
  return matchesPattern(pattern, tool) || tool.startsWith(`${pattern}.`);
}
