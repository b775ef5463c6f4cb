import type { Condition } from "./mailCondition.ts";
import { searchOperator } from "./mailOperators.ts";
import { wordsOf } from "./mailWords.ts";

type Token =
  | { readonly kind: "open" | "close"; readonly bracket: string }
  | { readonly kind: "not" | "or" | "and" }
  | { readonly kind: "operator"; readonly name: string }
  | { readonly kind: "term"; readonly text: string };

/**
 * Reads a search as Gmail's search box does: words and "phrases" must all be there; `OR` (or `|`) binds tighter than
 * standing side by side; `{a b}` is either, `(a b)` both; `-` excludes; `operator:value` with a word, a phrase or a
 * group. What is no known operator is looked for as words. Brackets that do not fit are closed at the end or ignored.
 * @param now what `newer_than` and `older_than` count from, milliseconds
 */
export function parseMailQuery(query: string, now: number): Condition {
  return new Parser(tokens(query), now).all("all") ?? { kind: "all", of: [] };
}

class Parser {
  private readonly tokens: Token[];
  private readonly now: number;

  constructor(tokens: Token[], now: number) {
    this.tokens = tokens;
    this.now = now;
  }

  /** Up to the bracket that closes, or the end; undefined when nothing is in it. `operator` is the one whose group this is. */
  all(kind: "all" | "any", closing?: string, operator?: string): Condition | undefined {
    const of: Condition[] = [];
    for (let token = this.tokens[0]; token; token = this.tokens[0]) {
      if (token.kind === "close") {
        this.tokens.shift();
        if (token.bracket === closing) break;
        continue;
      }
      const part = this.either(operator);
      if (part) of.push(part);
    }
    return of.length === 0 ? undefined : { kind, of };
  }

  private either(operator: string | undefined): Condition | undefined {
    const of = [this.one(operator)];
    while (this.tokens[0]?.kind === "or") {
      this.tokens.shift();
      of.push(this.one(operator));
    }
    const parts = of.filter((part) => part !== undefined);
    return parts.length > 1 ? { kind: "any", of: parts } : parts[0];
  }

  private one(operator: string | undefined): Condition | undefined {
    const token = this.tokens[0];
    if (!token || token.kind === "close") return undefined;
    this.tokens.shift();
    switch (token.kind) {
      case "and":
      case "or":
        return undefined;
      case "not": {
        const of = this.one(operator);
        return of && { kind: "not", of };
      }
      case "open":
        return token.bracket === "{" ? this.all("any", "}", operator) : this.all("all", ")", operator);
      case "operator":
        return this.value(token.name);
      case "term":
        return operator === undefined ? text(token.text) : this.asked(operator, token.text);
    }
  }

  private value(name: string): Condition | undefined {
    const next = this.tokens[0];
    if (next?.kind === "open") return this.one(name);
    if (next?.kind !== "term") return text(name);
    this.tokens.shift();
    return this.asked(name, next.text);
  }

  private asked(name: string, value: string): Condition | undefined {
    return searchOperator(name, value, this.now) ?? text(`${name} ${value}`);
  }
}

function text(phrase: string): Condition | undefined {
  const words = wordsOf(phrase);
  return words.length === 0 ? undefined : { kind: "text", field: "any", words };
}

/** A quote that nothing closes reaches to the end. */
const TOKEN = /[(){}]|-(?=[^\s-])|\|(?=\s|$)|"([^"]*)"?|([A-Za-z][A-Za-z_0-9]*):(?=["({]|[^\s"(){}])|[^\s"(){}]+/g;

function tokens(query: string): Token[] {
  const found: Token[] = [];
  for (const [whole, quoted, operator] of query.matchAll(TOKEN)) {
    if (quoted !== undefined) found.push({ kind: "term", text: quoted });
    else if (operator !== undefined) found.push({ kind: "operator", name: operator.toLowerCase() });
    else if (whole === "(" || whole === "{") found.push({ kind: "open", bracket: whole });
    else if (whole === ")" || whole === "}") found.push({ kind: "close", bracket: whole });
    else if (whole === "-") found.push({ kind: "not" });
    else if (whole === "OR" || whole === "|") found.push({ kind: "or" });
    else if (whole === "AND") found.push({ kind: "and" });
    else found.push({ kind: "term", text: whole });
  }
  return found;
}
