import type { CallRecord } from "../protocol/run.ts";
import type { CallFailure } from "../protocol/signals.ts";
import type { IssuedCall, Settlement } from "../protocol/step.ts";
import type { Carried } from "../protocol/value.ts";
import { withoutStack } from "../protocol/withoutStack.ts";
import { errorSize, settledRecord, sizeOf, toolOf, usageSize, type Attempts, type OpenCall } from "./callRecord.ts";
import type { Settled } from "./settlementQueue.ts";

/** The calls of a run that have not settled, in the order in which they were issued. A second outcome of a call changes nothing. */
export class OpenCalls {
  private readonly open = new Map<number, OpenCall>();

  get size(): number {
    return this.open.size;
  }

  /** The first `count`. */
  oldest(count: number): readonly OpenCall[] {
    return [...this.open.values().take(count)];
  }

  get(id: number): OpenCall | undefined {
    return this.open.get(id);
  }

  add(call: Exclude<IssuedCall, { kind: "refused" }>): OpenCall {
    const open: OpenCall = {
      id: call.id,
      tool: toolOf(call),
      since: Date.now(),
      ...(call.kind === "timer" ? { dueAt: call.dueAt } : {}),
      ...(call.kind === "task" ? { childRunId: call.childRunId } : {}),
    };
    this.open.set(call.id, open);
    return open;
  }

  /** Takes over a call of an earlier execution. */
  adopt(call: OpenCall): void {
    this.open.set(call.id, call);
  }

  /** Removes a timer that the guest cleared. */
  clear(id: number): OpenCall | undefined {
    const call = this.open.get(id);
    if (call?.dueAt === undefined) return undefined;
    this.open.delete(id);
    return call;
  }

  complete(id: number, result: Carried, times: Attempts = {}): Settled | undefined {
    const bytes = ("claim" in result ? 0 : sizeOf(result)) + usageSize(times.usage);
    return this.settle({ id, ok: true, result }, bytes, { status: "completed", result, ...times });
  }

  fail(id: number, { error, ...times }: CallFailure): Settled | undefined {
    const bytes = errorSize(error) + usageSize(times.usage);
    return this.settle({ id, ok: false, error: withoutStack(error) }, bytes, { status: "failed", error, ...times });
  }

  clearAll(): void {
    this.open.clear();
  }

  private settle(
    settlement: Settlement,
    recordBytes: number,
    how: Pick<CallRecord, "status"> & Partial<CallRecord>,
  ): Settled | undefined {
    const call = this.open.get(settlement.id);
    if (call === undefined) return undefined;
    this.open.delete(call.id);
    return { settlement, recordBytes, record: { ...settledRecord(call), ...how } };
  }
}
