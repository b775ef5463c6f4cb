import { workflowInfo } from "@temporalio/workflow";

/** The workflow task that something came with. It is the same in a replay. */
export interface Moment {
  readonly historyLength: number;
  readonly continueAsNewSuggested: boolean;
}

interface Arrival {
  readonly cameWith: Moment;
  readonly admit: Admit;
  readonly isCarried: boolean;
}

type Admit = (cameWith: Moment) => void;

/**
 * Results, timers, signals and cancellations that have come and have had no effect yet. Core delivers the answer of a local
 * activity together with what came in the meantime, and before it in a replay. So whatever arrives only waits here; the
 * loop admits it when it has nothing else to do. To admit changes state and issues no command.
 */
export class Arrivals {
  private readonly waiting: Arrival[] = [];

  add(admit: Admit): void {
    this.push({ admit, isCarried: false });
  }

  /** Adds what a continued run knows in another way, as that a deadline has passed. */
  addCarried(admit: Admit): void {
    this.push({ admit, isCarried: true });
  }

  /** Something would be lost if the run continued as new. */
  get anyToKeep(): boolean {
    return this.waiting.some(({ isCarried }) => !isCarried);
  }

  get any(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * Admits what came with one workflow task, in its order, and returns which. In a replay it comes together too, and nothing else
   * with it.
   */
  admit(): Moment | undefined {
    const group = this.waiting[0]?.cameWith;
    while (group !== undefined && this.waiting[0]?.cameWith.historyLength === group.historyLength) {
      const arrival = this.waiting.shift();
      arrival?.admit(arrival.cameWith);
    }
    return group;
  }

  admitAll(): void {
    while (this.any) this.admit();
  }

  private push(arrival: Omit<Arrival, "cameWith">): void {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    this.waiting.push({ ...arrival, cameWith: { historyLength, continueAsNewSuggested } });
  }
}
