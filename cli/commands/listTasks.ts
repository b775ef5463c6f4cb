import type { Json } from "../../protocol/json.ts";
import type { TaskSummary } from "../../protocol/store.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import type { Context } from "../context.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";

/** `tasker task --list`: the published tasks, from the store alone. */
export async function listTasks(context: Context, output: Output): Promise<ExitCode> {
  const { versions } = await context.store();
  const tasks = await versions.list();
  if (output.json) output.answer({ tasks });
  else if (tasks.length === 0) output.say("No task is published yet: npm run publish -- --all");
  else output.say(table(["task", "version", "input", "description"], tasks.map(row)));
  return EXIT.ok;
}

function row({ task, version, inputSchema, description }: TaskSummary): string[] {
  return [task, version.slice(0, 12), inputText(inputSchema), description.split("\n", 1)[0] ?? ""];
}

/** An input in short: its properties, as `text, top?`; its type; `any` when nothing was declared. */
export function inputText(schema: Json): string {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return "any";
  // An input that may be left out is declared as this or null.
  if (Array.isArray(schema["anyOf"])) {
    const texts = schema["anyOf"].map(inputText).filter((text) => text !== "null");
    return texts.length === 0 ? "any" : texts.join(" | ");
  }
  const { properties, required, type } = schema;
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) {
    return typeof type === "string" ? type : "any";
  }
  const needed = Array.isArray(required) ? required : [];
  const names = Object.keys(properties).map((name) => (needed.includes(name) ? name : `${name}?`));
  return names.length === 0 ? "object" : names.join(", ");
}
