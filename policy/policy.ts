import type { Usage } from "../protocol/step.ts";

/** What the operator permits: the file that TASKER_POLICY names, checked. docs/policy.md describes every field. */
export interface Policy {
  /** The file's name without its folder: denials reach tasks, and those are told no path of the host. */
  readonly file: string;
  /** The first rule that covers both the task and the tool decides; without one the tool is allowed. */
  readonly rules: readonly ToolRule[];
  /** By the service's name. */
  readonly services: ReadonlyMap<string, ServiceLimits>;
  /** The first rule that covers both the task and the namespace decides; without one the access is allowed. */
  readonly keystore: readonly KeystoreRule[];
}

interface Rule {
  /** For people; denials show it. */
  readonly name?: string;
  /** Task names: `report`, `billing/*`, `*`. */
  readonly tasks: string;
  readonly allow: boolean;
}

export interface ToolRule extends Rule {
  /** Tool names: `http.fetch`, `http` or `http.*` for the service, `*`. */
  readonly tools: readonly string[];
}

export interface KeystoreRule extends Rule {
  /** Namespaces: `billing`, `team-*`, `*`. */
  readonly namespaces: readonly string[];
}

export interface ServiceLimits {
  /** Attempts that begin in a second, all workers together. */
  readonly perSecond?: number;
  /** Attempts under way at once in one worker process. */
  readonly concurrency?: number;
  /** Bounds of counters from 00:00 to 24:00 UTC, all workers together: `calls`, and whatever the service counts. */
  readonly perDay?: Usage;
}

/** Everything is allowed, and nothing is limited. */
export const NO_POLICY: Policy = { file: "", rules: [], services: new Map(), keystore: [] };
