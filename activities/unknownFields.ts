import type { Json } from "../protocol/json.ts";
import { declaredFields, declaredItems, isObject, limitsOtherFields } from "./declaredFields.ts";
import { createNearestName } from "../protocol/nearestName.ts";
import { safeText } from "../protocol/text.ts";

/** Fields that one line names. */
const NAMED = 5;
/** Values that are looked at: an input may be an array of a million objects. */
const VISITED = 100_000;

/**
 * One line about the input's fields that stand beside declared ones and are not declared themselves, with the nearest
 * declared name of each; undefined when there are none. A field of an array's items is named once.
 */
export function unknownFields(schema: Json, input: Json): string | undefined {
  const found = new Map<string, string>();
  let visits = 0;
  const visit = (inner: Json | undefined, value: Json, path: string): void => {
    if (found.size > NAMED || ++visits > VISITED) return;
    if (Array.isArray(value)) {
      const items = declaredItems(inner);
      if (items !== undefined) for (const item of value) visit(items, item, `${path}[]`);
      return;
    }
    const fields = declaredFields(inner);
    if (!isObject(value) || fields === undefined) return;
    for (const [name, content] of Object.entries(value)) {
      if (Object.hasOwn(fields, name)) visit(fields[name], content, `${path}.${name}`);
      else if (!limitsOtherFields(inner)) found.set(`${path}.${safeText(name, 50)}`, hint(fields, name));
      if (found.size > NAMED) return;
    }
  };
  visit(schema, input, "input");
  if (found.size === 0) return undefined;
  const named = [...found.entries().take(NAMED)].map(([path, near]) => path + near);
  const more = found.size > NAMED ? " and others" : "";
  return `The input has fields that the task does not declare: ${named.join(", ")}${more}.`;
}

/** ` (did you mean "name"?)`, or nothing. */
export function hint(fields: Readonly<Record<string, Json>>, name: string): string {
  const nearest = createNearestName(Object.keys(fields))(safeText(name, 100));
  return nearest === undefined ? "" : ` (did you mean ${JSON.stringify(nearest)}?)`;
}
