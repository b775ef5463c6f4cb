import { LIMITS } from "../protocol/limits.ts";
import type { RecordRequest, Unrecorded } from "../protocol/activities.ts";
import type { CallRecord, ExecutionRef, RunKey, UnrecordedProgress } from "../protocol/run.ts";
import type { JournalStep, KeptSnapshot, KeptStep, LogLine, SnapshotRef } from "../protocol/step.ts";
import { utf8Length } from "../protocol/text.ts";
import { isCancellation, workflowInfo } from "@temporalio/workflow";
import { attemptsOf } from "./callRecord.ts";
import type { Internal } from "./internalActivities.ts";

/** What the record of a call or a log line costs beside what it carries inline, as JSON. */
const OVERHEAD = 200;

interface UnrecordedCall {
  readonly record: CallRecord;
  readonly bytes: number;
}

/** A kept step as JSON, and each number of a call that it settled. */
const STEP_BYTES = 130;
const NUMBER_BYTES = 6;

/** Where a run's record goes on from: what earlier executions have written. */
export interface RecordedBefore {
  readonly lines: number;
  readonly calls: number;
  readonly steps: number;
}

/** What is not yet written down of a run: calls that were issued or settled, log lines, and steps. */
export class Recorder {
  private readonly internal: Internal;
  private readonly run: RunKey;
  private readonly execution: ExecutionRef;
  private readonly calls = new Map<number, UnrecordedCall>();
  private logs: LogLine[] = [];
  private bytes = 0;
  /** On their way: a cancellation may come before they are written. */
  private requests: RecordRequest[] = [];
  /** Position of the first of `logs`. */
  private firstLine: number;
  /** The first call that was issued since the last time. */
  private firstCall: number;
  private lastCall: number;
  private readonly engine: string;
  /** Number of the first of `steps`. */
  private firstStep: number;
  private steps: KeptStep[] = [];
  private snapshots: KeptSnapshot[] = [];
  private stepBytes = 0;
  /** Who waits for everything to be written down. */
  private waiting: (() => void)[] = [];
  /** Nobody has asked for anything to be written down since `ifSmall` was given out. */
  isUnasked = true;

  constructor(internal: Internal, run: RunKey, execution: ExecutionRef, engine: string, before: RecordedBefore) {
    this.internal = internal;
    this.run = run;
    this.execution = execution;
    this.engine = engine;
    this.firstLine = before.lines;
    this.firstCall = before.calls + 1;
    this.lastCall = before.calls;
    this.firstStep = before.steps + 1;
  }

  /** How many calls the run has made, in all of its executions: they are numbered from 1. */
  get callsMade(): number {
    return this.lastCall;
  }

  /** How many steps the run has made, in all of its executions. */
  get stepsMade(): number {
    return this.firstStep + this.steps.length - 1;
  }

  /** A step that was made, after the records of the calls that it settled. */
  step({ now, settlements, held, digest }: JournalStep): void {
    const settled = settlements.map(({ id }) => id);
    this.steps.push({ now, settled, ...(held ? { held } : {}), digest });
    this.stepBytes += STEP_BYTES + settled.length * NUMBER_BYTES;
  }

  /** A snapshot that was taken after the last step. */
  snapshot(snapshot: SnapshotRef): void {
    this.snapshots.push({ after: this.stepsMade, snapshot });
  }

  /** Calls back when everything that is known now is written down. */
  ask(written: () => void): void {
    this.waiting.push(written);
    this.isUnasked = false;
  }

  get nextLine(): number {
    return this.firstLine + this.logs.length;
  }

  /** `bytes` is what the record carries inline. A later record of the same call takes the place of an earlier one. */
  call(record: CallRecord, bytes: number): void {
    this.lastCall = Math.max(this.lastCall, record.id);
    const earlier = this.calls.get(record.id);
    const args = earlier?.record.args;
    const whole = args === undefined ? record : { ...record, args };
    this.calls.set(record.id, { record: whole, bytes: bytes + (earlier?.bytes ?? OVERHEAD) });
    this.bytes += bytes;
  }

  log(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.logs.push(line);
      this.bytes += lineSize(line);
    }
  }

  get isDue(): boolean {
    const bytes = this.bytes + this.stepBytes;
    return this.waiting.length > 0 || bytes >= LIMITS.unrecordedBytes || this.calls.size >= LIMITS.unrecordedCalls;
  }

  /**
   * Everything unrecorded, for a step that may end the run; undefined if it is more than `LIMITS.endingBytes`.
   * @param except a call that the step's activity has the record of
   */
  ifSmall(except?: number): Unrecorded | undefined {
    const records = this.calls.size + this.logs.length;
    if (this.requests.length > 0 || this.bytes + this.stepBytes + records * OVERHEAD > LIMITS.endingBytes)
      return undefined;
    const calls = [...this.calls.values()].map(({ record }) => record).filter(({ id }) => id !== except);
    this.isUnasked = true;
    return sent(this.unrecordedOf(calls, this.logs, this.steps, this.snapshots));
  }

  /** For a query: bounded like a record's request. */
  get unrecorded(): UnrecordedProgress {
    const calls = [...this.calls.values()].map(({ record }) => withoutValues(record));
    const logs: LogLine[] = [];
    let bytes = 0;
    for (const line of this.logs.toReversed()) {
      bytes += utf8Length(line.text) + OVERHEAD;
      if (bytes > LIMITS.unrecordedBytes) break;
      logs.unshift(line);
    }
    return { calls, firstLine: this.nextLine - logs.length, logs };
  }

  /** Writes down what there is now; what comes meanwhile waits for the next time. */
  async flush(): Promise<void> {
    const waiting = this.waiting.splice(0);
    this.requests.push(...this.take());
    await this.write(0);
    for (const written of waiting) written();
  }

  /** All that is known is written, or will never be. */
  closed(): void {
    this.take();
    for (const written of this.waiting.splice(0)) written();
  }

  /** Writes down what does not fit one request, and returns the rest for the caller to write down. */
  async takeLast(): Promise<RecordRequest> {
    this.requests.push(...this.take());
    // What the store refuses for good is left out: the run's end has to be written.
    while (this.requests.length > 1) {
      await this.write(1).catch((error: unknown) => {
        if (isCancellation(error)) throw error;
      });
    }
    return sent(this.requests[0] ?? this.request([], [], []));
  }

  /** All but the last `keep`, each until it is written or refused for good. */
  private async write(keep: number): Promise<void> {
    for (let next = this.requests[0]; next !== undefined && this.requests.length > keep; next = this.requests[0]) {
      try {
        await this.internal.recordCalls(sent(next));
      } catch (error) {
        if (!isCancellation(error)) this.requests.shift();
        throw error;
      }
      this.requests.shift();
    }
  }

  /** Everything unrecorded, in requests that each fit the argument of a regular activity. */
  private take(): RecordRequest[] {
    const requests: RecordRequest[] = [];
    let calls: CallRecord[] = [];
    let logs: LogLine[] = [];
    let bytes = 0;
    const cut = (steps: readonly KeptStep[] = []): void => {
      requests.push(this.request(calls, logs, steps));
      this.firstLine += logs.length;
      // What this request writes down must not be dropped by the next one.
      this.firstCall = this.lastCall + 1;
      [calls, logs, bytes] = [[], [], 0];
    };
    const add = (more: number): void => {
      if (bytes > 0 && bytes + more > LIMITS.unrecordedBytes) cut();
      bytes += more;
    };
    for (const { record, bytes } of this.calls.values()) {
      add(bytes);
      calls.push(record);
    }
    for (const line of this.logs) {
      add(lineSize(line) + OVERHEAD);
      logs.push(line);
    }
    // The last request has the steps, so the calls that a step settled are always written before it.
    if (this.stepBytes > 0) add(this.stepBytes);
    if (bytes > 0) cut(this.steps);
    this.calls.clear();
    this.logs = [];
    this.bytes = 0;
    this.firstStep += this.steps.length;
    // They are stored with steps.
    if (this.steps.length > 0) this.snapshots = [];
    this.steps = [];
    this.stepBytes = 0;
    return requests;
  }

  private request(calls: readonly CallRecord[], lines: readonly LogLine[], steps: readonly KeptStep[]): RecordRequest {
    // They are stored with steps.
    const snapshots = steps.length === 0 ? [] : this.snapshots;
    return { run: this.run, ...this.unrecordedOf(calls, lines, steps, snapshots) };
  }

  private unrecordedOf(
    calls: readonly CallRecord[],
    lines: readonly LogLine[],
    steps: readonly KeptStep[],
    snapshots: readonly KeptSnapshot[],
  ): Unrecorded {
    const { execution, firstCall, firstLine, firstStep: first, engine } = this;
    return {
      execution,
      historyLength: 0,
      firstCall,
      calls,
      firstLine,
      lines,
      steps: { first, steps, engine, snapshots },
    };
  }
}

/** A request as it is sent now. The store tells by the history's length which of two workers was given up. */
function sent<Request extends Unrecorded>(request: Request): Request {
  return { ...request, historyLength: workflowInfo().historyLength };
}

function withoutValues(record: CallRecord): CallRecord {
  const { id, tool, status, attempts } = record;
  return { id, tool, status, attempts, ...attemptsOf(record) };
}

/** Bytes of a line's text as JSON, which writes a control character as six. */
function lineSize({ text }: LogLine): number {
  return utf8Length(JSON.stringify(text));
}
