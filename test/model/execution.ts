import assert from "node:assert/strict";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import type { TaskRunArgs } from "../../protocol/activities.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { isInternalActivity } from "../../protocol/names.ts";
import type { Choices } from "./choices.ts";
import {
  commandItem,
  localActivityOf,
  markerOf,
  resolveActivity,
  type Item,
  type LocalActivity,
  type Task,
} from "./history.ts";
import { replay } from "./replay.ts";
import type { Server } from "./server.ts";
import {
  argumentsOf,
  type Command,
  type ExecutionIds,
  type Instance,
  type Job,
  type WorkflowVms,
} from "./workflowVm.ts";
import type { Outcome, World } from "./world.ts";

const CANCELLED: Outcome = { ok: false, final: true, cancelled: true };

/** One execution of the workflow on the model of Core: its workflow tasks, one after another. */
export class Execution {
  readonly tasks: Task[] = [];
  readonly ids: ExecutionIds;
  crashes = 0;
  heartbeats = 0;
  private readonly vms: WorkflowVms;
  private readonly world: World;
  private readonly server: Server;
  private readonly choices: Choices;
  private instance: Instance | undefined;
  private outstanding = new Map<number, LocalActivity>();
  private closed = new Set<number>();
  private events = 1;

  constructor(ids: ExecutionIds, vms: WorkflowVms, world: World, server: Server, choices: Choices) {
    this.ids = ids;
    this.vms = vms;
    this.world = world;
    this.server = server;
    this.choices = choices;
  }

  /** Returns the command that ended the execution. */
  async toEnd(initialize: Job): Promise<Command> {
    try {
      let { jobs, events } = { jobs: [initialize], events: 0 };
      for (let tasks = 0; tasks < 2_000; tasks++) {
        const end = await this.workflowTask(jobs, events);
        if (end !== undefined) return end;
        ({ jobs, events } = this.server.somethingHappens(1));
        assert.ok(jobs.length > 0, "the run is stuck: everything has settled, and it does not end");
      }
      return assert.fail("the run goes on for ever");
    } finally {
      await this.instance?.dispose();
    }
  }

  /** One workflow task, with the heartbeats that follow it. */
  private async workflowTask(jobs: readonly Job[], events: number): Promise<Command | undefined> {
    let task = this.begin(jobs, events);
    let next = jobs;
    for (;;) {
      const end = next.length > 0 ? await this.activate(next, task) : undefined;
      next = [];
      if (end !== undefined) {
        this.complete(task);
        return end;
      }
      const [activity] = this.outstanding.values();
      if (activity === undefined) {
        this.complete(task);
        return undefined;
      }
      switch (this.choices.pick("answer", "answer", "answer", "answer", "answer", "heartbeat", "crash", "evict")) {
        case "answer":
          next = [this.answer(activity, task)];
          break;
        case "heartbeat": {
          this.heartbeats++;
          this.complete(task);
          this.server.isStepping = true;
          const arrived = this.server.somethingHappens(0);
          this.server.isStepping = false;
          task = this.begin(arrived.jobs, arrived.events);
          next = arrived.jobs;
          if (next.length > 0 && this.choices.oneIn(3)) next = [...next, this.answer(activity, task)];
          else if (next.length === 0) next = [this.answer(activity, task)];
          break;
        }
        case "crash":
          next = await this.crash(activity, task);
          task = this.begin(task.jobs, 2);
          break;
        case "evict":
          this.world.loseVms();
          next = [this.answer(activity, task)];
          break;
      }
    }
  }

  private begin(jobs: readonly Job[], events: number): Task {
    this.events += events + 2;
    return { jobs, historyLength: this.events, now: this.world.now, items: [] };
  }

  private complete(task: Task): void {
    this.events += 1 + task.items.length;
    this.tasks.push(task);
    this.server.complete(task.items);
    assertBudget(task.items);
  }

  /** The worker dies, perhaps after the effect of a local activity. Another one replays the history, and gets the workflow task again. */
  private async crash(activity: LocalActivity, task: Task): Promise<readonly Job[]> {
    this.crashes++;
    if (this.choices.oneIn(2)) this.world.execute(activity.type, activity.request);
    this.world.loseVms();
    await this.instance?.dispose();
    this.instance = undefined;
    if (this.tasks.length === 0) {
      this.outstanding = new Map();
      return task.jobs;
    }
    const replayed = await replay(this.vms, this.ids, this.tasks, this.choices);
    this.instance = replayed.instance;
    this.outstanding = replayed.outstanding;
    this.closed = replayed.closed;
    return task.jobs;
  }

  private async activate(jobs: readonly Job[], task: Task): Promise<Command | undefined> {
    this.instance ??= await this.vms.start(this.ids, task.now);
    let end: Command | undefined;
    let next: Job[] = [...this.open(jobs)];
    while (next.length > 0) {
      const moment = { historyLength: task.historyLength, now: this.world.now, replaying: false };
      const commands = await this.instance.activate(next, moment);
      next = [];
      for (const command of commands) {
        end = isEnd(command) ? command : end;
        next.push(...this.take(command, task));
      }
    }
    return end;
  }

  /** Core gives no second outcome of an activity that was cancelled. */
  private open(jobs: readonly Job[]): readonly Job[] {
    return jobs.filter(({ resolveActivity: job }) => !(job?.isLocal === false && this.closed.has(job.seq ?? 0)));
  }

  /** Returns the jobs that Core answers with at once. */
  private take(command: Command, task: Task): Job[] {
    const { scheduleLocalActivity, requestCancelLocalActivity, requestCancelActivity } = command;
    if (scheduleLocalActivity) {
      const activity = localActivityOf(scheduleLocalActivity);
      this.outstanding.set(activity.seq, activity);
      return [];
    }
    if (requestCancelLocalActivity) {
      const activity = this.outstanding.get(requestCancelLocalActivity.seq ?? 0);
      return activity === undefined ? [] : [this.resolve(activity, CANCELLED, task)];
    }
    task.items.push(commandItem(command));
    const seq = requestCancelActivity?.seq;
    if (seq == null) return [];
    this.closed.add(seq);
    return [resolveActivity(seq, "http.write", CANCELLED, false)];
  }

  private answer(activity: LocalActivity, task: Task): Job {
    let outcome = this.world.execute(activity.type, activity.request);
    // An internal one is tried three times.
    for (
      let attempt = 1;
      attempt < LIMITS.localAttempts && isInternalActivity(activity.type) && !outcome.ok;
      attempt++
    ) {
      outcome = this.world.execute(activity.type, activity.request);
    }
    return this.resolve(activity, outcome, task);
  }

  private resolve(activity: LocalActivity, outcome: Outcome, task: Task): Job {
    this.outstanding.delete(activity.seq);
    task.items.push(markerOf(activity, outcome));
    return resolveActivity(activity.seq, activity.type, outcome, true);
  }
}

/** The bytes that a call states, of the command that makes it. */
function statedBytes(item: Item): number {
  if (item.kind === "marker") return 0;
  const { scheduleActivity, startChildWorkflowExecution: child } = item.command;
  const tool = scheduleActivity && (localActivityOf(scheduleActivity).request as Partial<ToolRequest> | undefined);
  const task = child && (argumentsOf({ arguments: child.input ?? null })[0] as TaskRunArgs);
  const carried = tool?.args !== undefined && "value" in tool.args ? tool.args.value : task?.input;
  return Array.isArray(carried) ? Number(carried[1]) : 0;
}

function isEnd(command: Command): boolean {
  return (
    command.completeWorkflowExecution != null ||
    command.failWorkflowExecution != null ||
    command.cancelWorkflowExecution != null ||
    command.continueAsNewWorkflowExecution != null
  );
}

/** What one workflow task carries fits, as the calls state their sizes. Something larger than the bound has one to itself. */
function assertBudget(items: readonly Item[]): void {
  const sizes = items.map(statedBytes);
  const commands = sizes.filter((bytes) => bytes > 0);
  const sum = commands.reduce((total, bytes) => total + bytes, 0);
  assert.ok(commands.length <= 1 || sum <= LIMITS.workflowTaskBytes, `a workflow task carries ${sum} bytes`);
}
