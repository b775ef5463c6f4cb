import { parse } from "comment-parser";
import type { Spec } from "comment-parser";
import type { Comment } from "@babel/types";
import type { Place } from "./problem.ts";

export interface DocTag {
  /** Without its @. */
  readonly tag: string;
  /** Type between braces; empty when it has none. */
  readonly type: string;
  /** Its type has a brace that is not closed; type and name are empty then. */
  readonly unclosed: boolean;
  readonly name: string;
  readonly optional: boolean;
  readonly default?: string;
  readonly description: string;
  /** What follows the tag on its lines. */
  readonly text: string;
  readonly place: Place;
}

/** A task's JSDoc, merged from the comment with `@task` and the one before the exported function. */
export interface TaskDoc {
  /** Each `@task`; a sound file has at most one. */
  readonly tasks: readonly DocTag[];
  readonly description: string;
  readonly params: readonly DocTag[];
  readonly tools: readonly DocTag[];
  /** `@strict`: fields of the input that are not declared are refused. */
  readonly strict: boolean;
  /** All tags of these comments, in order. */
  readonly tags: readonly DocTag[];
}

interface Block {
  readonly description: string;
  readonly tags: ReadonlyMap<string, readonly DocTag[]>;
}

/** `own` are the comments before the exported function; a comment with `@task` may stand anywhere. */
export function taskDoc(comments: readonly Comment[], own: readonly Comment[]): TaskDoc {
  const named = comments.map(readBlock).filter((block) => block?.tags.has("task"));
  const attached = own.map(readBlock).reverse();
  const blocks = [...named, ...attached].filter((block) => block !== undefined);
  const first = (tag: string): readonly DocTag[] => blocks.find((block) => block.tags.has(tag))?.tags.get(tag) ?? [];
  return {
    tasks: named.flatMap((block) => block?.tags.get("task") ?? []),
    description: first("description")[0]?.text ?? blocks.find((block) => block.description)?.description ?? "",
    params: first("param"),
    tools: first("tools"),
    strict: blocks.some((block) => block.tags.has("strict")),
    tags: [...new Set(blocks.flatMap((block) => [...block.tags.values()].flat()))],
  };
}

const SYNONYMS: Readonly<Record<string, string>> = { arg: "param", argument: "param", desc: "description" };

function readBlock(comment: Comment): Block | undefined {
  if (comment.type !== "CommentBlock" || !comment.value.startsWith("*")) return undefined;
  const start = comment.loc?.start ?? { line: 1, column: 0 };
  const [block] = parse(`/*${comment.value}*/`, { startLine: start.line, spacing: "preserve" });
  if (!block) return undefined;
  const tags = new Map<string, DocTag[]>();
  for (const spec of block.tags) {
    const name = SYNONYMS[spec.tag] ?? spec.tag;
    const same = tags.get(name) ?? [];
    if (same.push(docTag(spec, start)) === 1) tags.set(name, same);
  }
  return { description: prose(block.description), tags };
}

function docTag(spec: Spec, start: Place): DocTag {
  const [line] = spec.source;
  const indent = line ? line.tokens.start + line.tokens.delimiter + line.tokens.postDelimiter : "";
  const number = line?.number ?? start.line;
  return {
    tag: SYNONYMS[spec.tag] ?? spec.tag,
    type: spec.type,
    unclosed: spec.problems.some(({ code }) => code === "spec:type:unpaired-curlies"),
    name: spec.name,
    optional: spec.optional,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    description: prose(spec.description).replace(/^-\s*/, ""),
    text: prose(spec.source.map(({ tokens }) => textOf(tokens)).join("\n")),
    place: { line: number, column: indent.length + (number === start.line ? start.column : 0) },
  };
}

function textOf(tokens: Spec["source"][number]["tokens"]): string {
  return tokens.type + tokens.postType + tokens.name + tokens.postName + tokens.description;
}

function prose(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .join("\n")
    .trim();
}
