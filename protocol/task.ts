import type { Json } from "./json.ts";
import type { Millis } from "./step.ts";

/** An immutable published bundle. `version` is the hex SHA-256 of what was published. */
export interface TaskVersion {
  readonly task: string;
  readonly version: string;
  /** Path of the author's file, relative to the published folder. */
  readonly file: string;
  readonly description: string;
  /** JSON Schema of the input; null when the author declared no `@param`: any JSON value then. */
  readonly inputSchema: Json;
  /** From `@tools`: the only tools the task may use; null when it declared none. */
  readonly tools: readonly string[] | null;
  /** Tools that the source seems to use. Shown, never enforced. */
  readonly usedTools: readonly string[];
  /** One CommonJS script: its `module.exports` holds what the author exported. */
  readonly bundle: string;
  /** Source map (JSON) of the bundle, with the sources' text. */
  readonly sourceMap: string;
  readonly publishedAt: Millis;
}

/** A task name as authors may choose it: letters, digits, `.`, `_`, `-`, `/`; first a letter or digit. */
export const TASK_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
