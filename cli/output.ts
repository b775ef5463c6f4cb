import { plain, plainLine } from "../protocol/plain.ts";
import { createColours } from "./colours.ts";
import { NO_PAINT, type Paint } from "./render/report.ts";

/** A place to write to: a process's stream, or a test's. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * Where a command's words go. Its product goes to standard output; under `--json` that is one JSON object and
 * everything else goes to standard error. Nothing else writes to the terminal (a lint rule says so): foreign text loses its
 * control characters here, whatever way it came.
 */
export class Output {
  readonly json: boolean;
  readonly paint: Paint;
  private readonly show: (text: string) => string;
  private readonly out: Sink;
  private readonly err: Sink;
  /** A line that is being redrawn; it is on `talk`. */
  private live = "";

  constructor(json: boolean, out: Sink, err: Sink) {
    this.json = json;
    this.out = out;
    this.err = err;
    const colours = createColours();
    this.paint = this.canRedraw && !process.env["NO_COLOR"] ? colours.paint : NO_PAINT;
    this.show = colours.show;
  }

  /** Progress and remarks. */
  say(text: string): void {
    this.line(this.talk, text);
  }

  /** What goes wrong, and what a person should know whoever reads standard output. */
  warn(text: string): void {
    this.line(this.err, text);
  }

  /** What was asked for itself, such as help: it goes to standard output even under `--json`. */
  print(text: string): void {
    this.line(this.out, text);
  }

  /** A value for a program: exact in a pipe or a file. On a terminal it is a line, with control characters shown as codes. */
  value(text: string): void {
    if (this.out.isTTY !== true) {
      this.out.write(text);
      return;
    }
    this.line(this.out, text);
    if (plain(text) !== text)
      this.warn("note: control characters are shown as codes here; a pipe gets the exact value.");
  }

  /** The one JSON object of `--json`. */
  answer(value: unknown): void {
    this.line(this.out, JSON.stringify(value));
  }

  /** Whether `redraw` shows anything: only on a terminal. */
  get canRedraw(): boolean {
    return this.talk.isTTY === true;
  }

  /** Columns of the terminal. */
  get width(): number {
    // 0 where the terminal does not tell.
    return this.talk.columns || 80;
  }

  /** Puts a line in place of the one that was redrawn last; the next real line takes its place. */
  redraw(text: string): void {
    if (!this.canRedraw || text === this.live) return;
    this.talk.write(`\r\u001b[K${plainLine(text)}`);
    this.live = text;
  }

  private get talk(): Sink {
    return this.json ? this.err : this.out;
  }

  private line(sink: Sink, text: string): void {
    if (this.live !== "") this.talk.write("\r\u001b[K");
    this.live = "";
    sink.write(`${this.show(text)}\n`);
  }
}

/** The process's own output. A reader that goes away (`| head`) is no error: what is written then is dropped. */
export function processOutput(json: boolean): Output {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return new Output(json, process.stdout, process.stderr);
}
