import vm from "node:vm";
import { native } from "@temporalio/core-bridge";
import type { WorkflowCreateOptions } from "@temporalio/worker/lib/workflow/interface.js";
import { ReusableVMWorkflow, ReusableVMWorkflowCreator } from "@temporalio/worker/lib/workflow/reusable-vm.js";
import { globalHandlers, type WorkflowModule } from "@temporalio/worker/lib/workflow/vm-shared.js";
import type { Activator } from "@temporalio/workflow/lib/internals.js";

/** What one entry into the workflows' V8 context calls. */
interface Entry {
  name: string;
  args: readonly unknown[];
}

const enter = new vm.Script("__TEMPORAL__.api[__TASKER_ENTRY__.name](...__TASKER_ENTRY__.args)");
/** Evaluates nothing: the context's microtasks run at the end of every evaluation. */
const drain = new vm.Script("0");

/**
 * The SDK's creator of workflows in one shared V8 context, with a cheaper entry into that context. The SDK's own entry
 * costs more than what it does there:
 * - It passes `timeout`, and Node starts a thread for each. Here WatchedThread keeps the bound, from outside.
 * - It compares and redefines every global when another run enters. This project's workflow code writes no globals (a test
 *   says so), so only the SDK's activator is exchanged.
 * Modules' state stays apart: the SDK keeps it with the activator.
 */
export class LeanWorkflowCreator extends ReusableVMWorkflowCreator {
  private readonly entry: Entry = { name: "", args: [] };
  /** An entry began and did not return: the watchdog ended it. */
  private torn = false;

  constructor(...args: ConstructorParameters<typeof ReusableVMWorkflowCreator>) {
    super(...args);
    Object.defineProperty(this.context, "__TASKER_ENTRY__", { value: this.entry });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the SDK's own signature
  override async createWorkflow(options: WorkflowCreateOptions): Promise<ReusableVMWorkflow> {
    const { context } = this;
    const run: { activator?: Activator } = {};
    const workflowModule = new Proxy({} as WorkflowModule, {
      get:
        (_, name) =>
        (...args: unknown[]): unknown =>
          this.call(run.activator, { name: String(name), args }),
    });
    workflowModule.initRuntime({
      ...options,
      sourceMap: this.workflowBundle.sourceMap,
      getTimeOfDay: () => native.getTimeOfDay(),
      registeredActivityNames: this.registeredActivityNames,
      stackTracesEnabled: globalHandlers.promiseHookInstalled,
      ...(this.patchActivationCallback !== undefined && { patchActivationCallback: this.patchActivationCallback }),
    });
    const activator = context.__TEMPORAL_ACTIVATOR__;
    if (activator === undefined) throw new Error("The SDK set no activator.");
    run.activator = activator;
    const workflow = new ReusableVMWorkflow(options.info.runId, context, activator, workflowModule);
    ReusableVMWorkflowCreator.workflowByRunId.set(options.info.runId, workflow);
    return workflow;
  }

  private call(activator: Activator | undefined, { name, args }: Entry): unknown {
    const { context, entry } = this;
    if (this.torn) {
      // What the ended entry left in the queue belongs to its own run, whose activator is still in place.
      drain.runInContext(context);
    }
    this.torn = true;
    try {
      if (context.__TEMPORAL_ACTIVATOR__ !== activator) context.__TEMPORAL_ACTIVATOR__ = activator;
      entry.name = name;
      entry.args = args;
      return enter.runInContext(context);
    } finally {
      // Not reached when the watchdog ends the entry: V8 runs no `finally` then.
      this.torn = false;
    }
  }
}
