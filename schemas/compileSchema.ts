import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import type { Json } from "../protocol/json.ts";

export type CompiledSchema = { readonly validate: ValidateFunction } | { readonly reason: string };

/**
 * Compiles a task's input schema. Publishing and runs both use this function, so a schema that cannot be compiled is
 * not published. A `reason` is a sentence fragment for a message.
 */
export function compileSchema(schema: Json): CompiledSchema {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    return { reason: "it is not a JSON Schema object" };
  }
  // An instance for each schema: a shared one would keep every schema that it ever compiled.
  // Publishing makes the schemas, so checking them against the meta-schema would only cost (10 times the compilation).
  // ownProperties: a field named "constructor" does not exist only because Object.prototype has it.
  const ajv = new Ajv2020({ strict: false, ownProperties: true, verbose: true, meta: false, validateSchema: false });
  try {
    const validate = ajv.compile(schema);
    // The engine compiles the generated code at its first call, and code that is nested too deeply overflows there.
    validate(null);
    return { validate };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : "unknown reason" };
  }
}
