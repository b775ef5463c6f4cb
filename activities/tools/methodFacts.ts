import { LIMITS } from "../../protocol/limits.ts";
import type { Masked } from "../../protocol/text.ts";
import { maskedLine } from "../masking/maskedText.ts";
import type { Json } from "../../protocol/json.ts";
import type { ChainLink, ToolTimeouts } from "../../protocol/step.ts";
import type { Method, MethodKind } from "./service.ts";

/** What the workflow must know of a call before it schedules it. */
export interface MethodFacts {
  readonly kind: MethodKind;
  /** It reads, and its service calls it quick. */
  readonly quick?: true;
  readonly timeouts?: ToolTimeouts;
  /** One line for the Web UI, safe for Temporal and at most `LIMITS.summaryBytes`; empty when the method has none. */
  readonly summary: Masked;
}

/**
 * Asks a method about one call. The arguments, and the links of a chain after its first, come from a guest and the answers go into commands,
 * so a method that throws over them is taken for an effect with default time limits. `hide` takes secrets out of the summary.
 */
export function methodFacts(
  method: Method,
  args: readonly Json[],
  links: readonly ChainLink[] = [],
  hide: (text: string) => string = (text) => text,
): MethodFacts {
  const { summary, ...facts } = rawFacts(method, args, links);
  return { ...facts, summary: maskedLine(hide, summary, LIMITS.summaryBytes) };
}

/** The same with the summary as the method gives it: secrets may be in it. */
export function rawFacts(
  method: Method,
  args: readonly Json[],
  links: readonly ChainLink[],
): Omit<MethodFacts, "summary"> & { readonly summary: string } {
  const { timeouts } = method;
  const kind = kindOf(method, args, links);
  const { quick } = method;
  const isQuick = typeof quick === "function" ? attempt(() => quick(args, links)) : quick;
  const ownTimeouts = typeof timeouts === "function" ? attempt(() => timeouts(args)) : timeouts;
  const summary = attempt(() => method.summary?.(args, links)) ?? "";
  return {
    kind,
    ...(kind === "read" && isQuick === true ? { quick: true } : {}),
    ...(ownTimeouts && { timeouts: ownTimeouts }),
    summary,
  };
}

function kindOf({ kind }: Method, args: readonly Json[], links: readonly ChainLink[]): MethodKind {
  return typeof kind === "function" ? (attempt(() => kind(args, links)) ?? "effect") : kind;
}

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
