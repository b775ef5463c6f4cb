type Scalar = string | number | boolean;

/**
 * A list for PostgREST's `in`, as `(1,"a,b")`. Written here because the client library puts quotes around some values without
 * escaping the quotes inside: `x",y` would become two values.
 */
export function listLiteral(values: readonly Scalar[]): string {
  return `(${values.map((value) => quoted(value, /[,()"\\]|^\s|\s$|^$/)).join(",")})`;
}

/** An array of Postgres, as `{1,"a,b"}`; the client library quotes nothing in one. */
export function arrayLiteral(values: readonly Scalar[]): string {
  return `{${values.map((value) => quoted(value, /[{},"\\\s]|^$|^null$/i)).join(",")}}`;
}

function quoted(value: Scalar, special: RegExp): string {
  if (typeof value !== "string" || !special.test(value)) return String(value);
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}
