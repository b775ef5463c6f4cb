import type { Json } from "../protocol/json.ts";

type Fields = Readonly<Record<string, Json>>;

/** The fields that a schema declares for an object; undefined when it declares none. An optional input is `anyOf` of an object and null. */
export function declaredFields(schema: Json | undefined): Fields | undefined {
  const declaring = branchWith("properties", schema);
  return isObject(declaring?.["properties"]) ? declaring["properties"] : undefined;
}

/** Whether the schema says what other fields may hold, or that there are none. */
export function limitsOtherFields(schema: Json | undefined): boolean {
  return branchWith("properties", schema)?.["additionalProperties"] !== undefined;
}

/** The schema of an array's items; undefined when it has none. */
export function declaredItems(schema: Json | undefined): Json | undefined {
  return branchWith("items", schema)?.["items"];
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema itself, or the only branch of its `anyOf` that has the keyword: of several, none is known to be meant. */
function branchWith(keyword: string, schema: Json | undefined): Fields | undefined {
  if (!isObject(schema)) return undefined;
  if (schema[keyword] !== undefined) return schema;
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isObject) : [];
  const [only, another] = branches.filter((branch) => branch[keyword] !== undefined);
  return another === undefined ? only : undefined;
}
