import type { RequestFacts } from "./faults.ts";

/** Requests that wait unanswered until they are released. */
export interface Hold {
  /** Resolves once this many requests have been caught. */
  caught(count: number): Promise<void>;
  /** Answers those that wait, and catches no more. */
  release(): void;
}

/** The gates through which requests pass before they are answered. */
export class Holds {
  private gates: Gate[] = [];

  add(match: (request: RequestFacts) => boolean): Hold {
    const gate = new Gate(match, () => (this.gates = this.gates.filter((other) => other !== gate)));
    this.gates.push(gate);
    return gate;
  }

  /** Resolves at once unless a gate catches the request. */
  async pass(request: RequestFacts): Promise<void> {
    await this.gates.find((gate) => gate.match(request))?.wait();
  }

  releaseAll(): void {
    for (const gate of this.gates) gate.release();
  }
}

class Gate implements Hold {
  readonly match: (request: RequestFacts) => boolean;
  private readonly forget: () => void;
  private count = 0;
  private readonly opened = Promise.withResolvers<undefined>();
  private watchers: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(match: (request: RequestFacts) => boolean, forget: () => void) {
    this.match = match;
    this.forget = forget;
  }

  wait(): Promise<undefined> {
    this.count++;
    for (const watcher of this.watchers) if (watcher.count <= this.count) watcher.resolve();
    return this.opened.promise;
  }

  caught(count: number): Promise<void> {
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push({ count, resolve }));
  }

  release(): void {
    this.forget();
    this.opened.resolve(undefined);
  }
}
