/** Where an author's file has a position of the bundle. */
export interface SourcePoint {
  /** The whole file. */
  readonly text: string;
  /** Index of the place in it that a source map names: the nearest one at or before the position. */
  readonly at: number;
  /** Characters of the bundle from there to the position. */
  readonly offset: number;
}

const NAME = String.raw`[\p{ID_Start}$_#][\p{ID_Continue}$]*`;
/** Names, member accesses and optional calls, on one line; nothing else, no strings. */
const CHAIN = String.raw`(?:${NAME}(?:\?\.|!?\.))*${NAME}`;
const CHAIN_END = new RegExp(
  String.raw`(?<![\p{ID_Continue}$)\]"'\x60])(?<!(?<!\.\.)\.)(${CHAIN})(?:\?\.|!)?\s*$`,
  "u",
);
const CHAIN_START = new RegExp(String.raw`^\s*(${CHAIN})\s*(?=[;)\],}\n]|$)`, "u");
const NAME_UNITS = 60;
/** Characters of the source that are looked at on each side. */
const WINDOW = 200;

/**
 * QuickJS's own messages that do not name what they are about, completed from the author's source: "x.y is not a function".
 * Any other message, and a place that is not clear, leaves the message as it is.
 */
export function namedCallee(message: string, point: SourcePoint): string {
  const said = ownWords(message);
  const named = OWN.find(([form]) => form.test(said))?.[1](said, point);
  return named === undefined ? message : NAME_OF_ERROR + named;
}

/** Whether `namedCallee` has something to say about a message. */
export function namesNothing(message: string): boolean {
  return OWN.some(([form]) => form.test(ownWords(message)));
}

const NAME_OF_ERROR = "TypeError: ";
const ownWords = (message: string): string =>
  message.startsWith(NAME_OF_ERROR) ? message.slice(NAME_OF_ERROR.length) : "";

const OWN: readonly [form: RegExp, name: (said: string, point: SourcePoint) => string | undefined][] = [
  [/^not a function$/, notFunction],
  [/^value is not iterable$/, notIterable],
  [/^cannot (?:read|set) property (?:'[^'\n]*' )?of (?:undefined|null)$/, noObject],
];

function notFunction(said: string, point: SourcePoint): string | undefined {
  const at = bracketOf(point);
  // An error that the task made itself, with these words.
  if (at === undefined || point.text.slice(at, at + WINDOW).includes(said)) return undefined;
  const found = before(point.text, at);
  if (found === undefined || /Error$/.test(found.name)) return undefined;
  return `${found.name} is not a ${found.isNew ? "constructor" : "function"}`;
}

/** Index of the call's opening bracket. */
function bracketOf({ text, at, offset }: SourcePoint): number | undefined {
  if (text[at + offset] === "(") return at + offset;
  // The bundle has another name than the author: what follows the place must be one name and one call.
  const rest = text.slice(at, at + WINDOW);
  const found = new RegExp(String.raw`^${CHAIN}(?:\?\.)?(?=\()`, "u").exec(rest);
  return found === null || /\)\s*[(\`]/.test(rest.split("\n")[0] ?? "") ? undefined : at + found[0].length;
}

function notIterable(said: string, { text, at, offset }: SourcePoint): string | undefined {
  // The place is that of the last access in the expression.
  const access = at + offset;
  const place = text[access] === "." ? access - (before(text, access)?.name.length ?? 0) : access;
  if (!/(?:\bof\s|\.\.\.|\byield\s*\*)\s*$/.test(text.slice(Math.max(0, place - WINDOW), place))) return undefined;
  const name = CHAIN_START.exec(text.slice(place, place + WINDOW))?.[1];
  return name === undefined || name.length > NAME_UNITS ? undefined : said.replace(/^value/, name);
}

function noObject(said: string, { text, at, offset }: SourcePoint): string | undefined {
  const place = at + offset;
  if (!/[.[]/.test(text[place] ?? "")) return undefined;
  const found = before(text, place);
  const value = /of (undefined|null)$/.exec(said)?.[1];
  return found === undefined || value === undefined ? undefined : `${said}: ${found.name} is ${value}`;
}

/** The names that end before a place. */
function before(text: string, place: number): { readonly name: string; readonly isNew: boolean } | undefined {
  const left = text.slice(Math.max(0, place - WINDOW), place);
  const line = left.slice(left.lastIndexOf("\n") + 1);
  const found = CHAIN_END.exec(line);
  const name = found?.[1];
  if (found === null || name === undefined || name.length > NAME_UNITS) return undefined;
  return { name, isNew: /\bnew\s+$/.test(line.slice(0, found.index)) };
}
