import type { Json } from "../../../protocol/json.ts";
import type { ChainLink } from "../../../protocol/step.ts";
import type { MappedError, Service, ToolContext } from "../service.ts";
import { TOOL_CONTEXT } from "../testing/toolContext.ts";
import { explainThrown } from "../toolFailure.ts";
import type { SupabaseAnswer } from "./supabase.ts";

type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;
type Name =
  | Words<"from schema rpc storage listBuckets getBucket list info getPublicUrl upload createSignedUrl createSignedUrls">
  | Words<"select insert upsert update delete eq neq gt is in notIn like ilike likeAnyOf contains containedBy overlaps match">
  | Words<"not or filter order limit range single maybeSingle csv stripNulls maxAffected throwOnError">
  | Words<"selekt eqq subscribe">;

/** What a guest may write, and some of what it may misspell. */
export interface Chained extends Readonly<Record<Name, Chained>> {
  (...args: unknown[]): Chained;
}

export interface Recorded {
  readonly path: readonly string[];
  readonly args: readonly Json[];
  readonly links: readonly ChainLink[];
}

/** A chain as the host gets it from a guest. */
export function record(write: (supabase: Chained) => Chained): Recorded {
  const calls: { path: string[]; args: Json[] }[] = [];
  const at = (path: string[]): Chained =>
    new Proxy(() => undefined, {
      get: (_, name) => at([...path, String(name)]),
      apply(_, __, args) {
        calls.push({ path, args: JSON.parse(JSON.stringify(args)) as Json[] });
        return at([]);
      },
    }) as unknown as Chained;
  write(at([]));
  const [first = { path: [], args: [] }, ...rest] = calls;
  return { ...first, links: rest.map(({ path, args }) => ({ name: path.join("."), args })) };
}

/** Makes one call of the service, as the activity does. */
export async function ask(
  service: Service,
  write: (supabase: Chained) => Chained,
  context: Partial<ToolContext> = {},
): Promise<SupabaseAnswer> {
  const { path, args, links } = record(write);
  const method = service.method(path);
  if (method === undefined) throw new Error(`supabase has no ${path.join(".")}`);
  return (await method.call(args, { ...TOOL_CONTEXT, links, ...context })) as SupabaseAnswer;
}

/** How such a call fails, and whether Temporal tries it again. Throws when it does not fail. */
export async function failure(service: Service, write: (supabase: Chained) => Chained): Promise<MappedError> {
  const outcome = await ask(service, write).then(
    (answer) => ({ answer }),
    (thrown: unknown) => ({ mapped: explainThrown(thrown, service) }),
  );
  if ("mapped" in outcome) return outcome.mapped;
  throw new Error(`the call should have failed, and answered ${JSON.stringify(outcome.answer)}`);
}
