import assert from "node:assert/strict";
import { isInternalActivity } from "../../protocol/names.ts";
import type { Settlement } from "../../protocol/step.ts";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import type { ToolAnswer } from "../../protocol/activities.ts";
import type { Choices } from "./choices.ts";
import { localActivityOf, resolveActivity, type Item, type LocalActivity } from "./history.ts";
import { argumentsOf, payload, type Command, type Job } from "./workflowVm.ts";
import type { Outcome, World } from "./world.ts";

interface Child {
  /** The start of it in this execution, if there was one. */
  seq: number | undefined;
  state: "starting" | "running" | "ended";
  isToFollowUp: boolean;
  isCancelled: boolean;
  readonly call: number;
}

/** Something that may happen, and the events and the job that it brings. */
interface Event {
  readonly events: number;
  happen(): Job;
}

/** What the server knows of a run: what its commands began, and what may come of it. */
export class Server {
  /** The outcome of each call, by its number. */
  readonly outcomes = new Map<number, Settlement>();
  readonly dispatched = new Set<number>();
  private readonly world: World;
  private readonly choices: Choices;
  private readonly activities = new Map<number, LocalActivity>();
  private readonly timers = new Map<number, number>();
  private readonly children = new Map<string, Child>();
  private requests: Event[] = [];
  private noise = 6;
  isCancelled = false;
  /** A local activity is under way, over a heartbeat. */
  isStepping = false;

  constructor(world: World, choices: Choices) {
    this.world = world;
    this.choices = choices;
  }

  /** What is in flight ends with the execution, except its children. */
  beginExecution(): void {
    assert.deepEqual([...this.activities.values()], [], "an activity is lost by continue-as-new");
    this.timers.clear();
    this.requests = [];
    for (const child of this.children.values()) child.seq = undefined;
  }

  /** Takes the commands of a workflow task that was completed. */
  complete(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind === "command") this.command(item.command);
      else this.marker(item.activity, item.outcome);
    }
  }

  get inFlight(): number {
    const tools = [...this.activities.values()].filter(({ type }) => !isInternalActivity(type)).length;
    return tools + [...this.children.values()].filter(({ state }) => state !== "ended").length;
  }

  /** Lets at least one thing happen, and returns the jobs that it brings. */
  somethingHappens(atLeast: number): { jobs: Job[]; events: number } {
    const signals: Job[] = [];
    const others: Job[] = [];
    let events = 0;
    for (let count = 0; count < atLeast || this.choices.oneIn(2); count++) {
      const possible = this.possible();
      const event = possible[this.choices.below(Math.max(1, possible.length))];
      if (event === undefined) break;
      const job = event.happen();
      (job.signalWorkflow ? signals : others).push(job);
      events += event.events;
    }
    return { jobs: [...signals, ...others], events };
  }

  private command(command: Command): void {
    const child = command.startChildWorkflowExecution;
    const signal = command.signalExternalWorkflowExecution;
    const cancel = command.requestCancelExternalWorkflowExecution;
    if (command.scheduleActivity) {
      const activity = localActivityOf(command.scheduleActivity);
      this.activities.set(activity.seq, activity);
      if (!isInternalActivity(activity.type)) this.dispatch(callOf(activity));
    }
    if (command.requestCancelActivity) this.activities.delete(command.requestCancelActivity.seq ?? 0);
    if (command.startTimer) {
      const { seconds, nanos } = command.startTimer.startToFireTimeout ?? {};
      this.timers.set(command.startTimer.seq ?? 0, this.world.now + Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6);
    }
    if (command.cancelTimer) this.timers.delete(command.cancelTimer.seq ?? 0);
    if (child) {
      const { nested } = argumentsOf({ arguments: child.input ?? null })[0] as { nested: { parent: { call: number } } };
      const { call } = nested.parent;
      this.dispatch(call);
      const started = {
        seq: child.seq ?? 0,
        state: "starting",
        isToFollowUp: false,
        isCancelled: false,
        call,
      } as const;
      this.children.set(child.workflowId ?? "", { ...started });
    }
    if (signal) this.signalChild(signal.seq ?? 0, signal.workflowExecution?.workflowId ?? "");
    if (cancel) this.cancelChild(cancel.seq ?? 0, cancel.workflowExecution?.workflowId ?? "");
  }

  private dispatch(call: number): void {
    assert.ok(!this.dispatched.has(call), `call ${call} is dispatched twice`);
    this.dispatched.add(call);
  }

  private marker(activity: LocalActivity, outcome: Outcome): void {
    if (isInternalActivity(activity.type)) return;
    const call = callOf(activity);
    if (outcome.ok || outcome.final) this.settle(call, activity, outcome);
  }

  private settle(id: number, { type }: LocalActivity, outcome: Outcome): void {
    if (isInternalActivity(type)) return;
    assert.ok(!this.outcomes.has(id), `call ${id} has two outcomes`);
    const error = { code: "http_error", class: "tool", message: "it failed" } as const;
    const settlement: Settlement = outcome.ok
      ? { id, ok: true, result: (outcome.result as ToolAnswer).result }
      : { id, ok: false, error };
    this.outcomes.set(id, settlement);
  }

  private signalChild(seq: number, id: string): void {
    const child = this.children.get(id);
    const runs = child?.state === "running";
    if (runs) child.isToFollowUp = true;
    const failure = { message: "no such workflow", applicationFailureInfo: { type: "NotFound" } };
    this.answer({ resolveSignalExternalWorkflow: { seq, ...(runs ? {} : { failure }) } });
  }

  private cancelChild(seq: number, id: string): void {
    const child = this.children.get(id);
    if (child !== undefined) {
      assert.notEqual(child.state, "starting", "the server refuses to start and cancel a child in one workflow task");
      child.isCancelled = true;
    }
    this.answer({ resolveRequestCancelExternalWorkflow: { seq } });
  }

  private answer(job: Job): void {
    const event: Event = {
      events: 1,
      happen: () => {
        this.requests = this.requests.filter((each) => each !== event);
        return job;
      },
    };
    this.requests.push(event);
  }

  private possible(): Event[] {
    return [...this.requests, ...this.results(), ...this.childEvents(), ...this.nextTimer(), ...this.noises()];
  }

  private results(): Event[] {
    return [...this.activities].map(([seq, activity]) => ({
      events: 2,
      happen: () => {
        this.activities.delete(seq);
        const outcome = this.attempts(activity);
        if (!isInternalActivity(activity.type)) this.settle(callOf(activity), activity, outcome);
        return resolveActivity(seq, activity.type, outcome, false);
      },
    }));
  }

  /** An activity is tried until it succeeds or fails for good; an attempt's answer may be lost. */
  private attempts({ type, request }: LocalActivity): Outcome {
    for (let attempt = 1; attempt <= 5; attempt++) {
      const outcome = this.world.execute(type, request);
      const isLost = this.choices.oneIn(12);
      if (!isLost && (outcome.ok || outcome.final)) return outcome;
    }
    const outcome = this.world.execute(type, request);
    if (outcome.ok) return outcome;
    return isInternalActivity(type) ? this.attempts({ seq: 0, type, request }) : { ok: false, final: true };
  }

  private childEvents(): Event[] {
    return [...this.children].flatMap(([id, child]): Event[] => {
      const { seq } = child;
      if (child.state === "starting" && seq !== undefined) {
        return [{ events: 1, happen: () => ((child.state = "running"), started(seq)) }];
      }
      if (child.state !== "running") return [];
      return [{ events: 1, happen: () => this.endChild(id, child) }];
    });
  }

  private endChild(id: string, child: Child): Job {
    const settlement: Settlement = { id: child.call, ok: true, result: { value: `child of ${child.call}` } };
    child.state = "ended";
    this.outcomes.set(child.call, settlement);
    const outcome = { ok: true, result: settlement.result };
    const signal: Job = {
      signalWorkflow: { signalName: "tasker:childSettled", input: [child.call, outcome, id].map(payload) },
    };
    if (child.seq === undefined) {
      assert.ok(child.isToFollowUp, `the outcome of call ${child.call} is lost`);
      return signal;
    }
    const handle: Job = {
      resolveChildWorkflowExecution: { seq: child.seq, result: { completed: { result: payload(settlement.result) } } },
    };
    if (!child.isToFollowUp) return handle;
    // Both come, in either order.
    const [first, second] = this.choices.oneIn(2) ? [signal, handle] : [handle, signal];
    this.answer(second);
    return first;
  }

  /** Temporal's timers fire in the order of their times. */
  private nextTimer(): Event[] {
    const [next] = [...this.timers].sort(([, a], [, b]) => a - b);
    if (next === undefined) return [];
    const [seq, dueAt] = next;
    const happen = (): Job => {
      this.timers.delete(seq);
      this.world.now = Math.max(this.world.now, dueAt);
      return { fireTimer: { seq } };
    };
    return [{ events: 1, happen }];
  }

  /** Signals that mean nothing, and a cancellation. */
  private noises(): Event[] {
    if (this.noise === 0 || this.activities.size + this.timers.size + this.children.size === 0) return [];
    const junk = this.choices.pick<[string, unknown[]]>(
      ["tasker:childSettled", [1, { ok: true, result: { value: "forged" } }, "other"]],
      ["tasker:childSettled", ["x"]],
      ["tasker:followUp", [{ taskRunId: "parent", call: 1 }]],
      ["tasker:followUp", [null]],
      ["unknown", []],
    );
    // Known fault: a parent that asks during a heartbeat of the run's last step gets an answer. In a replay it asks too late.
    if (this.isStepping && junk[0] === "tasker:followUp") return [];
    const signal: Event = {
      events: 1,
      happen: () => {
        this.noise--;
        return { signalWorkflow: { signalName: junk[0], input: junk[1].map(payload) } };
      },
    };
    const cancel: Event = {
      events: 1,
      happen: () => {
        this.isCancelled = true;
        return { cancelWorkflow: { reason: "" } };
      },
    };
    return [signal, ...(this.isCancelled || this.choices.below(12) !== 11 ? [] : [cancel])];
  }
}

function started(seq: number): Job {
  return { resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: `child-${seq}` } } };
}

function callOf({ request }: LocalActivity): number {
  return Number((request as ToolRequest).key.slice("key-".length));
}
