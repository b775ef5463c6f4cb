import { CODES, type TaskError, taskError } from "../protocol/errors.ts";
import { safeText } from "../protocol/text.ts";
import { matchesPattern, matchesTool } from "./pattern.ts";
import type { KeystoreRule, Policy, ToolRule } from "./policy.ts";

/** The task that calls, and what its version's `@tools` lists: null when it has none. */
export interface Caller {
  readonly task: string;
  readonly tools: readonly string[] | null;
}

/**
 * Why this caller may not use the tool; undefined when it may. `@tools` narrows the policy and never widens it.
 * @param names every name of the tool, where it has several: a pattern that covers one covers the tool
 */
export function toolDenial(
  policy: Policy,
  caller: Caller,
  tool: string,
  names: readonly string[] = [tool],
): TaskError | undefined {
  const named = (pattern: string): boolean => names.some((name) => matchesTool(pattern, name));
  const covers = ({ tasks, tools }: ToolRule): boolean => matchesPattern(tasks, caller.task) && tools.some(named);
  const index = policy.rules.findIndex(covers);
  const rule = policy.rules[index];
  if (rule?.allow === false) {
    const reason = ruleText(policy, `rules[${index}]`, rule, { tools: rule.tools });
    return denied(`Task ${shown(caller.task)} may not use ${tool}: ${reason}`);
  }
  if (caller.tools !== null && !caller.tools.some(named)) {
    return denied(
      `Task ${shown(caller.task)} may not use ${tool}: its @tools does not list it. Add it there and publish again.`,
    );
  }
  return undefined;
}

/** Why this task may not reach into the keystore's namespace; undefined when it may. */
export function keystoreDenial(policy: Policy, task: string, namespace: string): TaskError | undefined {
  const covers = ({ tasks, namespaces }: KeystoreRule): boolean =>
    matchesPattern(tasks, task) && namespaces.some((pattern) => matchesPattern(pattern, namespace));
  const index = policy.keystore.findIndex(covers);
  const rule = policy.keystore[index];
  if (rule?.allow !== false) return undefined;
  const reason = ruleText(policy, `keystore[${index}]`, rule, { namespaces: rule.namespaces });
  return denied(`Task ${shown(task)} may not use the keystore's namespace ${shown(namespace)}: ${reason}`);
}

function ruleText(
  policy: Policy,
  place: string,
  rule: ToolRule | KeystoreRule,
  covered: Readonly<Record<string, readonly string[]>>,
): string {
  const name = rule.name === undefined ? "" : ` (${shown(rule.name)})`;
  const fields = Object.entries({ tasks: rule.tasks, ...covered }).map(([key, value]) => `${key} ${shown(value)}`);
  return `${place}${name} of the operator's policy, ${policy.file}, denies it: ${fields.join(", ")}.`;
}

function shown(value: string | readonly string[]): string {
  return typeof value === "string" ? JSON.stringify(safeText(value, 200)) : JSON.stringify(value);
}

function denied(message: string): TaskError {
  return taskError(CODES.denied, safeText(message, 2000));
}
