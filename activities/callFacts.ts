import type { JsonText } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { maskedLine } from "./masking/maskedText.ts";
import { methodFacts, type MethodFacts } from "./tools/methodFacts.ts";
import { parseCall } from "./tools/parseCall.ts";
import type { Method, Service } from "./tools/service.ts";
import { PARSED_HERE } from "./tools/textCall.ts";

export type CallFacts = Omit<MethodFacts, "kind">;

/**
 * Asks a method about the arguments of a call. Large ones are read in the service's thread if it has one.
 * @param path below the service
 * @param text of the arguments; of a chain, of all links
 */
export async function callFacts(
  { service, method }: { readonly service: Service; readonly method: Method },
  path: readonly string[],
  text: JsonText,
  hide: (text: string) => string,
): Promise<CallFacts> {
  if (service.texts === undefined || text.length <= PARSED_HERE) {
    const { args, links } = await parseCall(text, service.chain === true);
    return methodFacts(method, args, links, hide);
  }
  const { summary, ...facts } = await service.texts.facts(path, text);
  return { ...facts, summary: maskedLine(hide, summary, LIMITS.summaryBytes) };
}
