/** One request and what became of it. */
export interface LoggedRequest {
  /** From 1, in the order in which they came. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  /** The token's subject; of a token exchange, whom it is for. */
  readonly user?: string;
  readonly idempotencyKey?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the answer was sent or the connection ended. */
  readonly endedAt?: number;
  /** Absent while it waits, and when it never got an answer. */
  readonly status?: number;
  /** Whether the whole answer went out. */
  readonly sent: boolean;
  /** What went wrong on purpose: `status 429`, `hang`. */
  readonly fault?: string;
}

type Entry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

/** Every request that has come in, token exchanges included. */
export class RequestLog {
  private readonly entries: Entry[] = [];
  private waiting: { readonly condition: () => boolean; readonly resolve: () => void }[] = [];

  get requests(): readonly LoggedRequest[] {
    return this.entries;
  }

  /** Requests that were answered in full with success. */
  get completed(): readonly LoggedRequest[] {
    return this.entries.filter(({ sent, status }) => sent && status !== undefined && status >= 200 && status < 300);
  }

  /** API requests that were made again although they had been answered in full with success, and how often they were. */
  repeated(): ReadonlyMap<string, number> {
    const times = new Map<string, number>();
    for (const { method, path, query, user } of this.completed) {
      if (path === "/token") continue;
      const key = `${user ?? ""} ${method} ${path}${query === "" ? "" : `?${query}`}`;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    return new Map([...times].filter(([, count]) => count > 1));
  }

  /** Resolves once the condition holds; it is asked whenever a request comes or changes. */
  until(condition: (log: RequestLog) => boolean): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ condition: () => condition(this), resolve }));
  }

  clear(): void {
    this.entries.length = 0;
  }

  /** Notes a request; the answer is a function that notes more about it. */
  open(request: Pick<LoggedRequest, "method" | "path" | "query" | "idempotencyKey">): (more: Partial<Entry>) => void {
    const entry: Entry = { ...request, number: this.entries.length + 1, startedAt: Date.now(), sent: false };
    this.entries.push(entry);
    this.changed();
    return (more) => {
      Object.assign(entry, more);
      this.changed();
    };
  }

  private changed(): void {
    const held = this.waiting.filter(({ condition }) => condition());
    this.waiting = this.waiting.filter((waiter) => !held.includes(waiter));
    for (const { resolve } of held) resolve();
  }
}
