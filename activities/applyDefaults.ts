import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { declaredFields, declaredItems, isObject } from "./declaredFields.ts";

/**
 * The input with the defaults of its schema where a field is absent, in nested objects and array items too. An object
 * that is absent and has no default stays absent. Returns the same value when no default applies.
 * Throws `input_too_large` when the defaults alone are larger than an input may be: a large array has them once an item.
 */
export function applyDefaults(schema: Json, input: Json): Json {
  let room: number = LIMITS.inputBytes;
  const use = (name: string, value: Json): Json => {
    room -= name.length + JSON.stringify(value).length;
    if (room >= 0) return value;
    const message = `The input is larger than ${LIMITS.inputBytes} bytes of JSON with its defaults.`;
    throw new TaskerError(taskError(CODES.inputTooLarge, message));
  };

  const fill = (inner: Json | undefined, value: Json): Json => {
    if (Array.isArray(value)) {
      const items = declaredItems(inner);
      if (!hasDefault(items)) return value;
      const filled = value.map((item) => fill(items, item));
      return filled.some((item, index) => item !== value[index]) ? filled : value;
    }
    const fields = declaredFields(inner);
    if (!isObject(value) || fields === undefined) return value;
    const added: [string, Json][] = [];
    for (const [name, field] of Object.entries(fields)) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      const fallback = isObject(field) ? field["default"] : undefined;
      if (given === undefined && fallback === undefined) continue;
      const whole = fill(field, given === undefined ? use(name, fallback as Json) : given);
      if (whole !== given) added.push([name, whole]);
    }
    return added.length === 0 ? value : { ...value, ...Object.fromEntries(added) };
  };
  return fill(schema, input);
}

function hasDefault(schema: Json | undefined): boolean {
  if (!isObject(schema)) return false;
  return (
    schema["default"] !== undefined ||
    hasDefault(declaredItems(schema)) ||
    Object.values(declaredFields(schema) ?? {}).some(hasDefault)
  );
}
