import { workflowInfo } from "@temporalio/workflow";

interface Arrival {
  /** The workflow task that it came with, as its history's length. */
  readonly cameWith: number;
  readonly admit: (cameWith: number) => void;
}

/**
 * Results, timers and signals that have come and have had no effect yet. Core delivers a step's answer together with what came
 * in the meantime, or before it in a replay; so nothing that arrives may have an effect while a step is under way. The
 * loop admits what came when it has nothing else to do.
 */
export class Arrivals {
  private readonly waiting: Arrival[] = [];

  add(admit: Arrival["admit"]): void {
    this.waiting.push({ cameWith: workflowInfo().historyLength, admit });
  }

  get any(): boolean {
    return this.waiting.length > 0;
  }

  /** Admits what came with one workflow task, in its order. In a replay these come together too, and nothing else with them. */
  admit(): void {
    const group = this.waiting[0]?.cameWith;
    while (this.waiting[0]?.cameWith === group) {
      const arrival = this.waiting.shift();
      if (arrival === undefined) return;
      arrival.admit(arrival.cameWith);
    }
  }
}
