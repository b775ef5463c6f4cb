import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { Arrivals } from "./arrivals.ts";
import { WorkflowTaskBudget } from "./workflowTask.ts";

/** What a command costs beside what it carries. */
const OVERHEAD = 512;
const ROOM = LIMITS.workflowTaskBytes - OVERHEAD;

/** The budget's timers fire when a test says so. */
class Budget extends WorkflowTaskBudget {
  timers = 0;
  private fire = Promise.withResolvers<undefined>();

  override async pause(): Promise<void> {
    this.timers++;
    await this.fire.promise;
  }

  async nextWorkflowTask(arrivals: Admitted): Promise<void> {
    this.fire.resolve(undefined);
    this.fire = Promise.withResolvers();
    await new Promise(setImmediate);
    for (const admit of arrivals.carried.splice(0)) admit();
  }
}

/** Arrivals without a workflow to ask for the time. */
class Admitted extends Arrivals {
  readonly carried: (() => void)[] = [];

  override addCarried(admit: Parameters<Arrivals["addCarried"]>[0]): void {
    this.carried.push(() => admit({ historyLength: 1, continueAsNewSuggested: false }));
  }
}

function budgetOf(): { budget: Budget; arrivals: Admitted } {
  const arrivals = new Admitted();
  return { budget: new Budget(arrivals), arrivals };
}

describe("the budget of a workflow task", () => {
  test("gives room up to its bound in bytes, and not one byte past it", () => {
    for (const [extra, fits] of [
      [0, true],
      [1, false],
    ] as const) {
      const { budget } = budgetOf();
      assert.equal(budget.tryReserve(0), true);
      assert.equal(budget.tryReserve(ROOM - OVERHEAD + extra), fits);
      assert.equal(budget.timers, fits ? 0 : 1);
    }
  });

  test("gives something larger than a workflow task one to itself", () => {
    const { budget } = budgetOf();
    assert.equal(budget.tryReserve(3 * LIMITS.workflowTaskBytes), true);
    assert.equal(budget.isFull, true);
    assert.equal(budget.tryReserve(0), false);
  });

  test("is full at its bound in bytes, and not one byte below", () => {
    for (const [less, full] of [
      [0, true],
      [1, false],
    ] as const) {
      const { budget } = budgetOf();
      budget.spend(ROOM - less, 0);
      assert.equal(budget.isFull, full);
    }
  });

  test("is full at its bound in time until what arrived is admitted", () => {
    const { budget } = budgetOf();
    budget.spend(0, LIMITS.workflowTaskMs - 1);
    assert.equal(budget.isFull, false);
    budget.spend(0, 1);
    assert.equal(budget.isFull, true);
    budget.restartClock();
    assert.equal(budget.isFull, false);
  });

  test("has room again once its timer has fired and was admitted, and starts one timer only", async () => {
    const { budget, arrivals } = budgetOf();
    budget.spend(ROOM, 0);
    budget.renew();
    budget.renew();
    assert.equal(budget.timers, 1);
    assert.equal(budget.isFull, true);
    await budget.nextWorkflowTask(arrivals);
    assert.equal(budget.isFull, false);
    budget.renew();
    assert.equal(budget.timers, 2);
  });
});
