import { fraction } from "./random.ts";

/** Instead of, or before, the right answer. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer at all, until the client gives up or the stand-in stops. */
  | { readonly kind: "hang" }
  /** 200 with a page of HTML. */
  | { readonly kind: "notJson" }
  /** 200 with JSON of about this many bytes. */
  | { readonly kind: "tooLong"; readonly bytes: number }
  /** The connection ends in the middle of the right answer. */
  | { readonly kind: "cut" };

/** What is known of a request before it is answered. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The token's subject, where there is one. */
  readonly user?: string;
}

export interface FaultRule {
  readonly match: (request: RequestFacts) => boolean;
  readonly fault: Fault;
  /** How many requests it meets; all when absent. */
  readonly times?: number;
}

export interface FaultOptions {
  /** Share of API requests (0 to 1) that are answered with one of `statuses`. */
  readonly share?: number;
  /** 429, 500 and 503 when absent. */
  readonly statuses?: readonly number[];
  /** How often one request may fail in a row by `share`, so that retrying it helps in the end. 2 when absent. */
  readonly inARow?: number;
  /** What a 429 asks a client to wait. 1 when absent. */
  readonly retryAfterSeconds?: number;
}

/**
 * Decides which requests go wrong. By share, it depends on seed, request and attempt alone, whatever the order in which
 * requests come.
 */
export class Faults {
  private readonly seed: string;
  private options: FaultOptions;
  private rules: { readonly rule: FaultRule; left: number }[] = [];
  private attempts = new Map<string, number>();

  constructor(seed: string, options: FaultOptions = {}) {
    this.seed = seed;
    this.options = options;
  }

  /** Replaces what was set for shares; attempts are counted from the start again. */
  set(options: FaultOptions): void {
    this.options = options;
    this.attempts = new Map();
  }

  /** Adds a rule, which goes before shares. Answers a function that takes it away. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.rules.push(entry);
    return () => (this.rules = this.rules.filter((other) => other !== entry));
  }

  get retryAfterSeconds(): number {
    return this.options.retryAfterSeconds ?? 1;
  }

  /** What goes wrong with this request, token exchanges included, by the rules. */
  byRule(request: RequestFacts): Fault | undefined {
    const entry = this.rules.find(({ rule, left }) => left > 0 && rule.match(request));
    if (!entry) return undefined;
    entry.left--;
    return entry.rule.fault;
  }

  /** What goes wrong with this API request by shares. */
  byShare(request: RequestFacts): Fault | undefined {
    const { share = 0, statuses = [429, 500, 503], inARow = 2 } = this.options;
    if (share <= 0) return undefined;
    const key = `${request.user ?? ""} ${request.method} ${request.path}?${request.query.toString()}`;
    const attempt = this.attempts.get(key) ?? 0;
    const fails = attempt < inARow && fraction(`${this.seed} ${key} ${attempt}`) < share;
    this.attempts.set(key, fails ? attempt + 1 : 0);
    if (!fails) return undefined;
    const status = statuses[Math.floor(fraction(`${this.seed} status ${key} ${attempt}`) * statuses.length)] ?? 500;
    return { kind: "status", status };
  }
}
