import type { ActivityDeps } from "./deps.ts";
import { GuestVm, type GuestVmDeps, type StepOf } from "./guestVm.ts";

/** Entries that are added before those whose VM is gone are looked for. */
const SWEEP_AFTER = 100;

/** The VMs that this worker has hot, by the token that names each. */
export class GuestVms {
  private readonly deps: GuestVmDeps & Pick<ActivityDeps, "sandboxes">;
  private readonly hot = new Map<string, GuestVm>();
  private sweepAt = SWEEP_AFTER;

  constructor(deps: GuestVmDeps & Pick<ActivityDeps, "sandboxes">) {
    this.deps = deps;
  }

  get size(): number {
    return this.hot.size;
  }

  /** A VM that is to be started or restored. */
  async create(of: StepOf): Promise<GuestVm> {
    return new GuestVm(this.deps, of, await this.deps.sandboxes.for(of.pinned.engine));
  }

  /** Hands the VM that `token` names to the one step that goes on with it; undefined when this worker does not have it. */
  take(token: string): GuestVm | undefined {
    const vm = this.hot.get(token);
    this.hot.delete(token);
    if (vm?.isHot !== true) return undefined;
    vm.rename();
    return vm;
  }

  /** Works with a VM and keeps it. One whose work fails may be in any state, so it is dropped. */
  async using<Answer>(vm: GuestVm, work: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await work();
      this.keep(vm);
      return answer;
    } catch (error) {
      vm.dispose();
      throw error;
    }
  }

  /** Keeps a VM for the step that will name its token. One that has ended is gone already. */
  keep(vm: GuestVm): void {
    if (!vm.isHot) return;
    this.hot.set(vm.token, vm);
    if (this.hot.size >= this.sweepAt) this.sweep();
  }

  /** A sandbox evicts without notice. */
  private sweep(): void {
    for (const [token, vm] of this.hot) if (!vm.isHot) this.hot.delete(token);
    this.sweepAt = this.hot.size * 2 + SWEEP_AFTER;
  }
}
