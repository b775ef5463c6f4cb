import { BUILT_IN } from "../activities/issueCall.ts";
import { dayOf } from "../policy/budgets.ts";
import { checkServices } from "../policy/checkServices.ts";
import type { ServiceLimits } from "../policy/policy.ts";
import { readPolicy } from "../policy/readPolicy.ts";
import type { Usage } from "../protocol/step.ts";
import { SERVICE_NAMES } from "../worker/serviceNames.ts";
import type { CheckResult } from "./checkResult.ts";
import type { Context } from "./context.ts";

/** The policy as a worker that starts now would take it, and what today's budgets have left. @throws invalid_configuration */
export async function checkPolicy(context: Pick<Context, "configuration" | "store">): Promise<CheckResult> {
  const { policyFile } = context.configuration;
  if (policyFile === undefined) return { ok: true, detail: "none (TASKER_POLICY): every task may use every tool" };
  const policy = await readPolicy(policyFile);
  checkServices(policy, SERVICE_NAMES, [BUILT_IN.tasks]);
  const { rules, keystore, services } = policy;
  const { usage } = await context.store();
  const today = dayOf(Date.now());
  const lines = await Promise.all(
    [...services].map(async ([name, limits]) => {
      const used = limits.perDay === undefined ? {} : await usage.read(today, name);
      return `${name}: ${limitTexts(limits, used).join(", ")}`;
    }),
  );
  const counts = `rules: ${rules.length}, keystore rules: ${keystore.length}, limited services: ${services.size}`;
  return { ok: true, detail: [`${policyFile}: ${counts}`, ...lines].join("\n") };
}

function limitTexts({ perSecond, concurrency, perDay = {} }: ServiceLimits, used: Usage): string[] {
  return [
    ...(perSecond === undefined ? [] : [`${perSecond} a second`]),
    ...(concurrency === undefined ? [] : [`${concurrency} at once in each worker`]),
    ...Object.entries(perDay).map(([counter, bound]) => `today ${used[counter] ?? 0} of ${bound} ${counter}`),
  ];
}
