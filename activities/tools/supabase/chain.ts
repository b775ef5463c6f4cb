import { CODES, TaskerError, taskError } from "../../../protocol/errors.ts";
import type { Json } from "../../../protocol/json.ts";
import type { ChainLink } from "../../../protocol/step.ts";
import { safeText } from "../../../protocol/text.ts";
import { createNearestName } from "../../../protocol/nearestName.ts";
import type { MethodKind } from "../service.ts";
import { invalid, isObject } from "./checks.ts";
import { LINKS, type Link, type Stage, type Step } from "./links.ts";

/** A chain that was checked as a whole. */
export interface Chain {
  readonly kind: MethodKind;
  /** Whether doing it twice leaves the same rows and gives the same answer as doing it once. */
  readonly repeatable: boolean;
  /** As `select from notes`, without values. */
  readonly summary: string;
  /** The client's own part that the first step is called on. */
  readonly root: "client" | "storage";
  readonly steps: readonly Step[];
}

const VERBS = ["select", "insert", "upsert", "update", "delete"];
/** Links after which a second update or delete would answer, or hit, other rows than the first. */
const ONCE = ["select", "order", "limit", "range"];

/**
 * Reads what a guest chained: the path below `supabase`, the arguments of its last segment, and the links after it.
 * Throws a TaskerError of class guest that names the link or argument which is wrong.
 */
export function parseChain(path: readonly string[], args: readonly Json[], links: readonly ChainLink[]): Chain {
  const root = path[0] === "storage" ? "storage" : "client";
  const chained: readonly ChainLink[] = [{ name: path.at(-1) ?? "", args }, ...links];
  const steps: Step[] = [];
  let stage: Stage = root;
  let before = "supabase";
  for (const { name, args: given } of chained) {
    const link: Link | undefined = LINKS[stage].get(name);
    if (link === undefined) throw unknownLink(name, before, stage);
    if (given.length > link.args.length) {
      throw invalid(`.${name}() takes ${link.args.length} arguments, not ${given.length}.`);
    }
    const checked = link.args.map((check, index) => check(given[index], `argument ${index + 1} of .${name}()`));
    const step = link.write === undefined ? { name, args: checked } : link.write(checked);
    if (step !== undefined) steps.push(step);
    stage = link.next;
    before = `.${name}()`;
  }
  if (stage !== "rows" && stage !== "end") {
    throw invalid(`a chain cannot end with ${before}: call ${names(stage)} on it.`);
  }
  return { root, steps, ...describe(root, chained) };
}

function describe(root: Chain["root"], chained: readonly ChainLink[]): Pick<Chain, "kind" | "repeatable" | "summary"> {
  const find = (name: string): ChainLink | undefined => chained.find((link) => link.name === name);
  if (root === "storage") {
    const bucket = find("from")?.args[0];
    const action = chained.at(-1)?.name ?? "";
    return {
      kind: "read",
      repeatable: true,
      summary: `storage ${action}${bucket === undefined ? "" : ` of ${nameOf(bucket)}`}`,
    };
  }
  const schema = find("schema")?.args[0];
  const place = (name: Json | undefined): string =>
    `${schema === undefined ? "" : `${nameOf(schema)}.`}${nameOf(name)}`;
  const rpc = find("rpc");
  if (rpc !== undefined) {
    const chosen = asObject(rpc.args[2]);
    const reads = chosen["get"] === true || chosen["head"] === true;
    return { kind: reads ? "read" : "effect", repeatable: reads, summary: `rpc ${place(rpc.args[0])}` };
  }
  const at = chained.findIndex((link) => link.name === "from");
  const verb = chained[at + 1];
  const summary = `${verb?.name ?? ""} ${preposition(verb?.name)}${place(chained[at]?.args[0])}`;
  if (verb === undefined || verb.name === "select") return { kind: "read", repeatable: true, summary };
  return { kind: "effect", repeatable: isRepeatable(verb, chained.slice(at + 2)), summary };
}

/** A name that `name` has let pass. */
function nameOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function preposition(verb: string | undefined): string {
  if (verb === "insert" || verb === "upsert") return "into ";
  return verb === "update" ? "" : "from ";
}

/**
 * An upsert is, when each row holds the columns that tell it from others; an update or delete is, when nothing but success
 * is asked for: a second delete finds no rows to answer. An insert makes another row.
 */
function isRepeatable(verb: ChainLink, after: readonly ChainLink[]): boolean {
  if (verb.name === "upsert") {
    const [rows, chosen] = [verb.args[0], asObject(verb.args[1])];
    const columns = chosen["onConflict"];
    if (typeof columns !== "string" || chosen["ignoreDuplicates"] === true) return false;
    const keys = columns.split(",").map((column) => column.trim());
    return (Array.isArray(rows) ? rows : [rows]).every((row) =>
      keys.every((key) => (asObject(row)[key] ?? null) !== null),
    );
  }
  if (verb.name === "insert") return false;
  const chosen = asObject(verb.args.at(verb.name === "delete" ? 0 : 1));
  return chosen["count"] === undefined && !after.some((link) => ONCE.includes(link.name));
}

function asObject(value: Json | undefined): Readonly<Record<string, Json>> {
  return isObject(value) ? value : {};
}

function unknownLink(name: string, before: string, stage: Stage): TaskerError {
  const shown = safeText(name, 100);
  const known = [...LINKS[stage].keys()];
  const nearest = createNearestName(known)(shown);
  const elsewhere = VERBS.includes(name) ? ` .${shown}() goes right after .from().` : "";
  const advice =
    nearest !== undefined
      ? `Did you mean .${nearest}()?`
      : elsewhere || (known.length === 0 ? "Nothing may follow it." : `There ${names(stage)} may follow.`);
  const message = safeText(`supabase: there is no .${shown}() after ${before}. ${advice.trim()}`, 2000);
  return new TaskerError(taskError(CODES.unknownTool, message));
}

function names(stage: Stage): string {
  return [...LINKS[stage].keys()].map((name) => `.${name}()`).join(", ");
}
