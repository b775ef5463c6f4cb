/** Where a text stops being JSON, and what should stand there. */
export interface JsonProblem {
  /** From 1; columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** The line with a caret below the place, cut to a window around it. */
  readonly excerpt: string;
}

/**
 * Finds the place that `JSON.parse` only sometimes tells (V8 leaves it out of "Unexpected token" messages).
 * Undefined when the text is JSON.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return place(text, error.offset, error.message);
  }
}

/**
 * `at line 3, column 5: expected "," or "}".` and the place itself, indented, for a message about a text that `JSON.parse`
 * refused. Undefined when the scanner finds nothing: nesting so deep that its stack ends is found by `JSON.parse` alone.
 */
export function jsonProblemText(text: string): string | undefined {
  const problem = problemOf(text);
  if (problem === undefined) return undefined;
  const { line, column, expected, excerpt } = problem;
  const position = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
  return `at ${position}: expected ${expected}.\n${excerpt.replaceAll(/^/gm, "    ")}`;
}

function problemOf(text: string): JsonProblem | undefined {
  try {
    return findJsonProblem(text);
  } catch {
    return undefined;
  }
}

class Misfit extends Error {
  readonly offset: number;
  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
  }
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y;
const CHARACTERS = /(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;

/** RFC 8259, one value after the other; it keeps nothing but the offset. */
class Scanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value("a JSON value");
    if (this.at < this.text.length) throw new Misfit(this.at, "nothing more after the value");
  }

  private value(expected: string): void {
    this.skip(SPACE);
    if (this.take("{")) this.members("}", () => this.member());
    else if (this.take("[")) this.members("]", () => this.value('a value or "]"'));
    else if (this.take('"')) this.stringRest();
    else if (!this.skip(SCALAR)) throw new Misfit(this.at, expected);
    this.skip(SPACE);
  }

  private members(end: string, member: () => void): void {
    this.skip(SPACE);
    if (this.take(end)) return;
    do member();
    while (this.take(","));
    if (!this.take(end)) throw new Misfit(this.at, `"," or "${end}"`);
  }

  private member(): void {
    this.skip(SPACE);
    if (!this.take('"')) throw new Misfit(this.at, "a property name in double quotes");
    this.stringRest();
    this.skip(SPACE);
    if (!this.take(":")) throw new Misfit(this.at, '":" after the property name');
    this.value("a value");
  }

  private stringRest(): void {
    this.skip(CHARACTERS);
    if (this.take('"')) return;
    const ended = this.at >= this.text.length;
    throw new Misfit(this.at, ended ? "the string's closing quote" : "a character or escape that JSON allows");
  }

  private take(token: string): boolean {
    if (this.text[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found !== null;
  }
}

/** Characters shown on each side of the place. */
const WINDOW = 30;

function place(text: string, offset: number, expected: string): JsonProblem {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  const whole = (text.slice(start).split("\n", 1)[0] ?? "").replaceAll(/\p{Cc}/gu, " ");
  const column = offset - start;
  const from = Math.max(0, column - WINDOW);
  const head = from > 0 ? "…" : "";
  const tail = whole.length > column + WINDOW ? "…" : "";
  const excerpt = `${head}${whole.slice(from, column + WINDOW)}${tail}\n${" ".repeat(head.length + column - from)}^`;
  return { line, column: column + 1, expected, excerpt };
}
