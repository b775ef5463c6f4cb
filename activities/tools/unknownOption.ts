import { safeText } from "../../protocol/text.ts";
import { createNearestName } from "../../protocol/nearestName.ts";

/**
 * What to say of the first option that a tool does not have; undefined when it has them all. An option that is passed over
 * is worse than an error: a `timeout` that does nothing is found in production.
 * @param advice what to write instead of names that are often tried
 */
export function unknownOption(
  given: object,
  known: readonly string[],
  advice: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const odd = Object.keys(given).find((name) => !known.includes(name));
  if (odd === undefined) return undefined;
  const shown = safeText(odd, 60);
  const nearest = createNearestName(known)(shown);
  const instead = advice.get(odd) ?? (nearest === undefined ? undefined : `Did you mean ${nearest}?`);
  return `there is no option ${JSON.stringify(shown)}. ${instead === undefined ? "" : `${instead} `}It takes ${known.join(", ")}.`;
}
