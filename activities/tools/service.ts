import type { TaskError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/json.ts";
import type { ChainLink, ToolTimeouts } from "../../protocol/step.ts";

/** What a tool's method gets beside its arguments. */
export interface ToolContext {
  /** `run:call`: the same for every attempt at one call. */
  readonly idempotencyKey: string;
  readonly taskRunId: string;
  readonly task: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Aborted when the call or its run is cancelled, or its time is over. */
  readonly signal: AbortSignal;
  /** Links after the first, for a service that is a chain. */
  readonly links: readonly ChainLink[];
}

export interface Method {
  /** Whether it changes anything outside. An effect is never made again once its result was recorded. */
  readonly kind: "read" | "effect";
  readonly timeouts?: ToolTimeouts;
  /** One line for the Web UI: what the call is about, without secrets. */
  summary?(args: readonly Json[]): string;
  /** Answers what JSON can hold; `undefined` becomes null. Throws a TaskerError, or what the service's `mapError` knows. */
  call(args: readonly Json[], context: ToolContext): Promise<unknown>;
}

/** One service behind `tools.NAME`. */
export interface Service {
  readonly name: string;
  /** Calls are collected as builder chains: `from("t").select("*")` is one call. */
  readonly chain?: boolean;
  /** The method of a path below the service, as `["users", "list"]`; undefined when there is none. */
  method(path: readonly string[]): Method | undefined;
  /** Dotted names that messages may suggest for a misspelt one. */
  readonly known: readonly string[];
  /** Turns what the client library throws into a task error, and says whether trying again may help. */
  mapError?(
    error: unknown,
  ): { readonly error: TaskError; readonly retryable: boolean; readonly retryAfterMs?: number } | undefined;
}
