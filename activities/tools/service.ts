import type { TaskError } from "../../protocol/errors.ts";
import type { Json, JsonText } from "../../protocol/json.ts";
import type { ChainLink, ToolTimeouts, Usage } from "../../protocol/step.ts";

/** What a tool's method gets beside its arguments. */
export interface ToolContext {
  /** The same for every attempt at one call, and for the same call after a reset; no other call of any run has it. */
  readonly idempotencyKey: string;
  readonly taskRunId: string;
  readonly task: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Aborted when the call or its run is cancelled, or its time is over. */
  readonly signal: AbortSignal;
  /** Links after the first, for a service that is a chain. */
  readonly links: readonly ChainLink[];
  /** Notes what this attempt used up of a paid service; the last word of an attempt counts. */
  readonly reportUsage: (usage: Usage) => void;
}

/** Whether a call changes anything outside. An effect is never made again once its result was recorded. */
export type MethodKind = "read" | "effect";

export interface Method {
  /** A function where the arguments or links decide, as HTTP's method does. It must be pure; what it throws counts as `effect`. */
  readonly kind: MethodKind | ((args: readonly Json[], links: readonly ChainLink[]) => MethodKind);
  /**
   * It only reads, and nearly always answers within half a second. Such a call is made inside the workflow task when nothing else
   * of its run is in flight. One that is slow or fails is made again as an ordinary call. A function under the same terms as `kind`.
   */
  readonly quick?: true | ((args: readonly Json[], links: readonly ChainLink[]) => boolean);
  /** What differs from the defaults in `LIMITS`; a function under the same terms as `kind`. */
  readonly timeouts?: ToolTimeouts | ((args: readonly Json[]) => ToolTimeouts | undefined);
  /**
   * Arguments and result are secrets: they travel as sealed claim checks only, never inside a history. Every string of the
   * result is masked in what the run writes.
   */
  readonly secret?: true;
  /** The secrets among the arguments, for a `secret` method that takes some: they are masked in what the run writes from then on. */
  secretArguments?(args: readonly Json[]): readonly Json[];
  /** One line for the Web UI: what the call is about, without secrets. */
  summary?(args: readonly Json[], links: readonly ChainLink[]): string;
  /**
   * Every dotted name that leads to this method, when it has more than one; the first is the one that records, activities and
   * rates go by. A policy's rule or an `@tools` that names any of them means the method.
   */
  readonly names?: readonly string[];
  /**
   * Names that lead to another method, whose rules count for this one as well: a rule for `gapi.drive.files.delete` also
   * covers `gapi.drive.v2.files.delete`.
   */
  readonly alsoRuledAs?: readonly string[];
  /** A smaller bound than `LIMITS.argumentBytes`, for the JSON of the arguments. */
  readonly argumentBytes?: number;
  /** Answers what JSON can hold; `undefined` becomes null. Throws a TaskerError, or what the service's `mapError` knows. */
  call(args: readonly Json[], context: ToolContext): Promise<unknown>;
}

/** One service behind `tools.NAME`. */
export interface Service {
  readonly name: string;
  /** Arguments of a method that it has not are sealed as secrets: the name may be a misspelt one. */
  readonly secret?: true;
  /** Calls are collected as builder chains: `from("t").select("*")` is one call. */
  readonly chain?: boolean;
  /** Links of a chain that cannot be awaited yet, as `from`: a task may keep what they give and begin several chains with it. */
  readonly stems?: readonly string[];
  /** The method of a path below the service, as `["users", "list"]`; undefined when there is none. */
  method(path: readonly string[]): Method | undefined;
  /** Dotted names that messages may suggest for a misspelt one. */
  readonly known: readonly string[];
  /** What to write instead of a path below the service that leads nowhere; for one with too many names to list in `known`. */
  advise?(path: readonly string[]): string;
  /** Set for a service whose calls are made in another thread: then its methods' own `call` is not used. */
  readonly texts?: TextCalls;
  /** Turns what the client library throws into a task error, and says whether trying again may help. */
  mapError?(error: unknown): MappedError | undefined;
  /** Releases connections when the worker ends. */
  close?(): Promise<void>;
}

/**
 * Calls from JSON text to JSON text. Of a chain, the arguments are all of its links. Paths are below the service. What arguments
 * and results hold is never a value on the thread that asks: see `thread/serviceThread.ts`.
 */
export interface TextCalls {
  call(path: readonly string[], args: JsonText, context: Omit<ToolContext, "links">): Promise<JsonText>;
  /** The names of a chain's links after the first, and what the method says of the arguments. The summary may hold secrets. */
  facts(
    path: readonly string[],
    args: JsonText,
  ): Promise<{ readonly linkNames: readonly string[]; readonly timeouts?: ToolTimeouts; readonly summary: string }>;
}

/** What a library's error means to a task. `retryAfterMs` is the service's own wish, if it told one. */
export interface MappedError {
  readonly error: TaskError;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}
