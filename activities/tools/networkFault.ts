/** Node's and undici's codes for faults that may pass: of connecting, of a name server, of a connection that broke. */
const PASSING = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "EAI_AGAIN",
  "ENODATA",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** The first known code of a network fault in an error and its causes, and in the parts of an AggregateError. */
export function networkFaultCode(error: unknown): string | undefined {
  return findInCauses(error, (cause) => {
    const code = "code" in cause ? cause.code : undefined;
    return typeof code === "string" && PASSING.has(code) ? code : undefined;
  });
}

/** Whether trying again may help. Never throws, whatever the value is. */
export function isNetworkFault(error: unknown): boolean {
  try {
    return networkFaultCode(error) !== undefined;
  } catch {
    return false;
  }
}

/** Asks an error, then its causes and parts, outermost first; at most 10 deep, for a cause can be a cycle. */
export function findInCauses<T>(error: unknown, find: (error: object) => T | undefined, depth = 0): T | undefined {
  if (typeof error !== "object" || error === null || depth > 10) return undefined;
  const found = find(error);
  if (found !== undefined) return found;
  const parts: unknown[] = error instanceof AggregateError ? [...error.errors.values().take(20)] : [];
  for (const inner of ["cause" in error ? error.cause : undefined, ...parts]) {
    const below = findInCauses(inner, find, depth + 1);
    if (below !== undefined) return below;
  }
  return undefined;
}
