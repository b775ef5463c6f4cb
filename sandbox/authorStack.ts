import { originalPositionFor, traceSegment, TraceMap } from "@jridgewell/trace-mapping";
import { PRELUDE_NAME } from "./preludeName.ts";
import type { SourcePoint } from "./namedCallee.ts";
import { WRAPPER_HEAD } from "./wrapper.ts";

/** `    at name (file:line:column)` or `    at file:line:column`, a line of its own. */
const FRAME = /^([ \t]*at )(?:([^\n]*?) )?\(?([^\s()]+?)(?::(\d+):(\d+))?\)?[ \t]*(?:\n|$)/gm;

/**
 * Puts the author's files and positions into every stack frame of a text, a stack or a log line that quotes one.
 * Frames of the prelude, of native functions and of the bundler's own helpers are left out. Other lines stay as they are.
 */
export function authorStack(text: string, sourceMapJson: string): string {
  if (!/^[ \t]*at /m.test(text)) return text;
  const map = traceMap(sourceMapJson);
  return text.replace(
    FRAME,
    (frame: string, at: string, name: string | undefined, file: string, line = "", column = "") => {
      if (file === "native" || file === PRELUDE_NAME) return "";
      if (line === "" || file.startsWith("<")) return frame;
      const end = frame.endsWith("\n") ? "\n" : "";
      const position = map === undefined ? undefined : authorPosition(map, Number(line), Number(column));
      if (position === undefined) return frame;
      if (position === null) return "";
      return name === undefined ? `${at}${position}${end}` : `${at}${name} (${position})${end}`;
    },
  );
}

/**
 * Where an author wrote what is at a position of the bundle; null when the bundler wrote it; undefined when no map can tell,
 * for a guest may write any number into a text. Lines count from 1; columns from 1 in a stack, from 0 in a map.
 */
function authorPosition(map: TraceMap, line: number, column: number): string | null | undefined {
  if (!Number.isSafeInteger(line) || !Number.isSafeInteger(column) || line < 1 || column < 1) return undefined;
  const shift = line === 1 ? WRAPPER_HEAD.length : 0;
  const found = originalPosition(map, line, Math.max(0, column - 1 - shift));
  if (found === undefined) return undefined;
  if (found.source === null) return null;
  return `${found.source}:${found.line}:${found.column + 1}`;
}

/** The author's source at a stack's first frame; undefined when that is native, or no map can tell. */
export function sourcePoint(stack: string, sourceMapJson: string): SourcePoint | undefined {
  const frame = /^[ \t]*at [^\n]*$/m.exec(stack)?.[0] ?? "";
  const found = /:(\d{1,9}):(\d{1,9})\)?$/.exec(frame);
  const map = found === null ? undefined : traceMap(sourceMapJson);
  if (found === null || map === undefined) return undefined;
  const [line, column] = [Number(found[1]), Number(found[2]) - 1 - (found[1] === "1" ? WRAPPER_HEAD.length : 0)];
  try {
    const segment = traceSegment(map, line - 1, column);
    if (segment === null || segment.length === 1) return undefined;
    const [from, source, sourceLine, sourceColumn] = segment;
    const text = map.sourcesContent?.[source];
    if (typeof text !== "string") return undefined;
    let start = 0;
    for (let i = 0; i < sourceLine; i++) {
      start = text.indexOf("\n", start) + 1;
      if (start === 0) return undefined;
    }
    return { text, at: start + sourceColumn, offset: column - from };
  } catch {
    return undefined;
  }
}

/** A map is decoded when it is first asked: what is wrong with it shows here. */
function originalPosition(map: TraceMap, line: number, column: number) {
  try {
    return originalPositionFor(map, { line, column });
  } catch {
    return undefined;
  }
}

/** The maps used last: reading one costs milliseconds, and a run's log asks for the same one line after line. */
const recent = new Map<string, TraceMap | undefined>();
const RECENT = 8;

function traceMap(json: string): TraceMap | undefined {
  if (recent.has(json)) return recent.get(json);
  if (recent.size >= RECENT) recent.delete(recent.keys().next().value ?? "");
  const map = readMap(json);
  recent.set(json, map);
  return map;
}

function readMap(json: string): TraceMap | undefined {
  try {
    return new TraceMap(json);
  } catch {
    return undefined;
  }
}
