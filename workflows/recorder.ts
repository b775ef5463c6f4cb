import { LIMITS } from "../protocol/limits.ts";
import type { RecordRequest } from "../protocol/activities.ts";
import type { CallRecord, RunKey } from "../protocol/run.ts";
import type { LogLine } from "../protocol/step.ts";
import { utf8Length } from "../protocol/text.ts";
import { internal } from "./internalActivities.ts";

/** What the record of a call or a log line costs beside what it carries inline, as JSON. */
const OVERHEAD = 200;

interface Unrecorded {
  readonly record: CallRecord;
  readonly bytes: number;
}

/** What is not yet written down of a run: calls that were issued or settled, and log lines. */
export class Recorder {
  private readonly run: RunKey;
  private readonly calls = new Map<number, Unrecorded>();
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
    const args = earlier?.record.args;
    const whole = args === undefined ? record : { ...record, args };
    this.calls.set(record.id, { record: whole, bytes: bytes + (earlier?.bytes ?? OVERHEAD) });
    this.bytes += bytes;
  }

  log(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.logs.push(line);
      this.bytes += utf8Length(line.text);
    }
  }

  get isDue(): boolean {
    return this.bytes >= LIMITS.unrecordedBytes || this.calls.size >= LIMITS.unrecordedCalls;
  }

  /** Writes down what there is now; what comes meanwhile waits for the next time. */
  async flush(): Promise<void> {
    for (const request of this.take()) await internal.recordCalls(request);
  }

  /** Writes down what does not fit one request, and answers the rest for the caller to write down. */
  async takeLast(): Promise<RecordRequest> {
    const requests = this.take();
    const last = requests.pop() ?? { run: this.run, calls: [], firstLine: this.firstLine, logs: [] };
    for (const request of requests) await internal.recordCalls(request);
    return last;
  }

  /** Everything unrecorded, in requests that each fit the argument of a regular activity. */
  private take(): RecordRequest[] {
    const requests: RecordRequest[] = [];
    let calls: CallRecord[] = [];
    let logs: LogLine[] = [];
    let bytes = 0;
    const cut = (): void => {
      requests.push({ run: this.run, calls, firstLine: this.firstLine, logs });
      this.firstLine += logs.length;
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
      add(utf8Length(line.text) + OVERHEAD);
      logs.push(line);
    }
    if (bytes > 0) cut();
    this.calls.clear();
    this.logs = [];
    this.bytes = 0;
    return requests;
  }
}
