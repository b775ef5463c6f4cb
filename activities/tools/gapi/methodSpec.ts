/** What the generated code of a method says about the request that it makes. */
export interface MethodSpec {
  readonly httpMethod: string;
  /** As `https://gmail.googleapis.com/`. */
  readonly rootUrl: string;
  /** As `/gmail/v1/users/{userId}/messages`; `{+name}` takes slashes, too. */
  readonly urlTemplate: string;
  readonly requiredParams: readonly string[];
  readonly pathParams: readonly string[];
  /** Takes an upload in `media`. */
  readonly takesMedia: boolean;
}

/**
 * Reads the source of a method that googleapis generated; undefined when it does not look like one. The generator writes
 * every method alike; a test reads all of the installed package.
 */
export function parseMethodSource(source: string): MethodSpec | undefined {
  const httpMethod = /\bmethod: '([A-Z]+)'/.exec(source)?.[1];
  const rootUrl = /options\.rootUrl \|\|\s*'([^']+)'/.exec(source)?.[1];
  const urlTemplate = /\burl: \(rootUrl \+\s*'([^']*)'\)/.exec(source)?.[1];
  const requiredParams = listed(source, "requiredParams");
  const pathParams = listed(source, "pathParams");
  if (httpMethod === undefined || rootUrl === undefined || urlTemplate === undefined) return undefined;
  if (requiredParams === undefined || pathParams === undefined) return undefined;
  const takesMedia = /\bmediaUrl: /.test(source);
  return { httpMethod, rootUrl, urlTemplate, requiredParams, pathParams, takesMedia };
}

function listed(source: string, name: "requiredParams" | "pathParams"): readonly string[] | undefined {
  const list = new RegExp(`\\b${name}: \\[([^\\]]*)\\]`).exec(source)?.[1];
  return list === undefined ? undefined : [...list.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? "");
}
