import type { Choices } from "../model/choices.ts";
import type { TestStack, WorkerSettings } from "./stack.ts";
import type { WorkerProcess } from "./workerProcess.ts";

/** What befalls a worker: it dies; it stands still until another has taken its place; or it stands still until the next strike. */
type Fate = "killed" | "paused" | "paused for long";

/** Two workers, of which now and then one is struck while runs are under way. */
export class Disaster {
  private readonly stack: TestStack;
  private readonly choices: Choices;
  private readonly settings: WorkerSettings;
  private workers: WorkerProcess[] = [];
  private paused: WorkerProcess | undefined;
  /** They stood still, and go on with what they held until the next strike. */
  private resumed: WorkerProcess[] = [];
  private readonly counts = new Map<Fate, number>();

  constructor(stack: TestStack, choices: Choices, settings: WorkerSettings) {
    this.stack = stack;
    this.choices = choices;
    this.settings = settings;
  }

  get summary(): string {
    return [...this.counts].map(([fate, count]) => `${count} workers ${fate}`).join(", ");
  }

  async begin(): Promise<void> {
    this.workers = await Promise.all([this.worker(), this.worker()]);
  }

  /** Strikes so many times, each time that `every` more requests have come to the path. */
  async strikeEach(path: string, every: number, times: number): Promise<void> {
    for (let strike = 1; strike <= times; strike++) {
      await this.stack.control.arrived(path, strike * every);
      await this.strike();
    }
    this.resume(this.paused);
  }

  private async strike(): Promise<void> {
    const fate = this.choices.pick<Fate>("killed", "paused", "paused for long");
    this.counts.set(fate, (this.counts.get(fate) ?? 0) + 1);
    await Promise.all(this.resumed.splice(0).map((worker) => worker.kill()));
    this.resume(this.paused);
    this.paused = undefined;
    const victim = this.workers.shift();
    if (fate === "killed") await victim?.kill();
    else victim?.pause();
    this.workers.push(await this.worker());
    if (fate === "paused") this.resume(victim);
    if (fate === "paused for long") this.paused = victim;
  }

  private resume(worker: WorkerProcess | undefined): void {
    if (worker === undefined) return;
    worker.resume();
    this.resumed.push(worker);
  }

  private worker(): Promise<WorkerProcess> {
    return this.stack.workerProcess(this.settings);
  }
}
