import type { JsonText } from "../../protocol/json.ts";
import { parseCall } from "./parseCall.ts";
import type { Registry } from "./registry.ts";
import { resultJson } from "./resultJson.ts";
import type { Method, ToolContext } from "./service.ts";

/** One call, from the JSON of its arguments to the JSON of its result. */
export interface TextCall {
  /** Names of a chain's links after its first. */
  readonly linkNames: readonly string[];
  make(method: Method, context: Omit<ToolContext, "links">): Promise<JsonText>;
}

/** JSON of this size is parsed where it is. A thread of its own would cost more than the milliseconds that this takes. */
export const PARSED_HERE = 64 * 1024;

/** Where and how the call of a path is made: in the thread of its service if that has one, else here. */
export async function textCall(registry: Registry, path: readonly string[], text: JsonText): Promise<TextCall> {
  const isChain = registry.chains.includes(path[0] ?? "");
  const texts = registry.texts(path[0] ?? "");
  if (texts !== undefined) {
    const below = path.slice(1);
    const make: TextCall["make"] = (_method, context) => texts.call(below, text, context);
    if (!isChain) return { linkNames: [], make };
    if (text.length > PARSED_HERE) return { linkNames: (await texts.facts(below, text)).linkNames, make };
    return { linkNames: (await parseCall(text, isChain)).links.map(({ name }) => name), make };
  }
  const { args, links } = await parseCall(text, isChain);
  return {
    linkNames: links.map(({ name }) => name),
    make: async (method, context) => resultJson(await method.call(args, { ...context, links })),
  };
}
