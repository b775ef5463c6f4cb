import { invalidPolicy } from "./invalidPolicy.ts";
import type { Policy } from "./policy.ts";

/**
 * Throws `invalid_configuration` when the policy names a service that is not there: such a rule or limit would hold
 * nothing back, and nobody would notice.
 * @param services names of all services
 * @param others tools that are no service's and that rules cover too, as `tasks.execute`; sleeping is nobody's to forbid
 */
export function checkServices(policy: Policy, services: readonly string[], others: readonly string[]): void {
  const beginnings = [...services, ...others.map((tool) => tool.split(".", 1).join(""))];
  const covered = (pattern: string): boolean => {
    const [first = ""] = pattern.split(".");
    return first.endsWith("*")
      ? beginnings.some((name) => name.startsWith(first.slice(0, -1)))
      : beginnings.includes(first);
  };
  const known = (names: readonly string[]): string => names.toSorted().join(", ");
  const problems = [
    ...[...policy.services.keys()]
      .filter((name) => !services.includes(name))
      .map((name) => `services.${name}: there is no such service. Services are ${known(services)}.`),
    ...policy.rules.flatMap(({ tools }, index) =>
      tools.flatMap((pattern, item) =>
        covered(pattern)
          ? []
          : [
              `rules[${index}].tools[${item}] is ${JSON.stringify(pattern)}. No tool begins so; tools begin with ${known([...new Set(beginnings)])}.`,
            ],
      ),
    ),
  ];
  if (problems.length > 0)
    throw invalidPolicy(`The policy ${policy.file} is not acceptable:\n  ${problems.join("\n  ")}`);
}
