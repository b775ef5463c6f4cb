import { LIMITS } from "../protocol/limits.ts";
import type { RecordRequest } from "../protocol/activities.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import { internal } from "./internalActivities.ts";

/** What is not yet written down of a run: calls that were issued or settled, and log lines. */
export class Recorder {
  private readonly run: RunKey;
  private calls = new Map<number, CallRecord>();
  private logs: LogLine[] = [];
  private bytes = 0;
  /** Position of the first of `logs`. */
  private firstLine: number;

  constructor(run: RunKey, firstLine: number) {
    this.run = run;
    this.firstLine = firstLine;
  }

  get nextLine(): number {
    return this.firstLine + this.logs.length;
  }

  /** `bytes` is what the record carries inline. A later record of the same call takes the place of an earlier one. */
  call(record: CallRecord, bytes: number): void {
    const earlier = this.calls.get(record.id);
    this.calls.set(record.id, earlier?.args === undefined ? record : { ...record, args: earlier.args });
    this.bytes += bytes;
  }

  log(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.logs.push(line);
      this.bytes += line.text.length;
    }
  }

  get isDue(): boolean {
    return this.bytes >= LIMITS.unrecordedBytes || this.calls.size >= LIMITS.unrecordedCalls;
  }

  async flush(): Promise<void> {
    if (this.calls.size === 0 && this.logs.length === 0) return;
    await internal.recordCalls(this.take());
  }

  /** Everything unrecorded, for the caller to write down. */
  take(): RecordRequest {
    const request = { run: this.run, calls: [...this.calls.values()], firstLine: this.firstLine, logs: this.logs };
    this.firstLine = this.nextLine;
    this.calls = new Map();
    this.logs = [];
    this.bytes = 0;
    return request;
  }
}
