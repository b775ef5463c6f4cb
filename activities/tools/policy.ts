import { CODES, type TaskError } from "../../protocol/errors.ts";
import { safeText } from "../../protocol/text.ts";
import { matchesPattern, matchesTool } from "./pattern.ts";

/** The operator's policy: the first rule that covers both the task and the tool decides; without one the tool is allowed. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
}

export interface PolicyRule {
  /** Task names: `report`, `billing/*`, `*`. */
  readonly tasks: string;
  /** Tool names: `http.fetch`, `http` or `http.*` for the service, `*`. */
  readonly tools: readonly string[];
  readonly allow: boolean;
}

export const ALLOW_ALL: Policy = { rules: [] };

/** The task that calls, and what its version's `@tools` lists: null when it has none. */
export interface Caller {
  readonly task: string;
  readonly tools: readonly string[] | null;
}

/** Why this caller may not use the tool; undefined when it may. `@tools` narrows the policy and never widens it. */
export function denial(policy: Policy, caller: Caller, tool: string): TaskError | undefined {
  const task = JSON.stringify(safeText(caller.task, 200));
  const index = policy.rules.findIndex(
    (rule) => matchesPattern(rule.tasks, caller.task) && rule.tools.some((pattern) => matchesTool(pattern, tool)),
  );
  const rule = policy.rules[index];
  if (rule?.allow === false) {
    return denied(
      `Task ${task} may not use ${tool}: rule ${index + 1} of the operator's tool policy ` +
        `(tasks ${JSON.stringify(rule.tasks)}, tools ${JSON.stringify(rule.tools)}) denies it.`,
    );
  }
  if (caller.tools !== null && !caller.tools.some((pattern) => matchesTool(pattern, tool))) {
    return denied(`Task ${task} may not use ${tool}: its @tools does not list it. Add it there and publish again.`);
  }
  return undefined;
}

function denied(message: string): TaskError {
  return { code: CODES.denied, class: "guest", message: safeText(message, 2000) };
}

/** Reads a policy from an operator's JSON. Throws an Error that names the field which is wrong. */
export function parsePolicy(value: unknown): Policy {
  const rules = isRecord(value) ? value["rules"] : undefined;
  if (!Array.isArray(rules)) throw new Error('A tool policy is an object with an array "rules".');
  return { rules: rules.map(parseRule) };
}

function parseRule(value: unknown, index: number): PolicyRule {
  const at = `rules[${index}]`;
  if (!isRecord(value)) throw new Error(`${at} of the tool policy must be an object.`);
  const { tasks, tools, allow } = value;
  if (!isPattern(tasks)) throw new Error(`${at}.tasks must be a task name, a prefix ending in *, or *.`);
  if (!Array.isArray(tools) || !tools.every(isPattern)) {
    throw new Error(`${at}.tools must be an array of tool names, services, prefixes ending in *, or *.`);
  }
  if (typeof allow !== "boolean") throw new Error(`${at}.allow must be true or false.`);
  return { tasks, tools, allow };
}

/** A `*` that would silently match nothing is refused. */
function isPattern(value: unknown): value is string {
  return typeof value === "string" && /^[^*]+\*?$|^\*$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
