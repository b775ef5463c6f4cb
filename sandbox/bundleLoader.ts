import { authorFailure } from "./authorFailure.ts";
import { createSandbox } from "./sandbox.ts";
import type { Sandbox, VmStart } from "./types.ts";
import { LIMITS } from "../protocol/limits.ts";

/** Why a bundle cannot be loaded, and where as far as that is known: lines and columns from 1. */
export interface LoadFault {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface LoadedBundle {
  readonly bundle: string;
  /** JSON. */
  readonly sourceMap: string;
}

/** Loads bundles as a run would, within the same bounds, and calls no task. */
export interface BundleLoader extends AsyncDisposable {
  load(bundle: LoadedBundle): Promise<LoadFault | undefined>;
}

/** Starts a thread at once, so that it is ready when the first bundle is. `services`: as a run has them. */
export function openBundleLoader(services: Pick<VmStart, "chains" | "stems">): BundleLoader {
  const opening = createSandbox({ threads: 1, cacheVms: 1, warm: 1 });
  // The first to load receives the rejection.
  opening.catch(() => undefined);
  let last = 0;
  const run = async (sandbox: Sandbox, bundle: string) => {
    const key = `load-${++last}`;
    const identity = { taskRunId: "publish", taskName: "publish", taskVersion: "", seed: "publish" };
    const start = { bundle, bundleName: BUNDLE_NAME, input: "{}", ...identity, ...services };
    const step = await sandbox.start(key, start, { now: Date.now(), answerBytes: 0, cpuMs: LIMITS.stepCpuMs });
    sandbox.dispose(key);
    return step.failure;
  };
  return {
    async load({ bundle, sourceMap }) {
      const sandbox = await opening;
      const failure = await run(sandbox, bundle + LOADED);
      if (failure === undefined) return undefined;
      // What a top level does with the input of a run cannot be known here.
      if (failure.class === "guest" && (await run(sandbox, NOTES_INPUT + bundle + LOADED))?.message === INPUT_READ) {
        return undefined;
      }
      // A top level that was stopped names its place in the message; there is no stack of it.
      const { message, stack = failure.places?.[0] ?? "" } = authorFailure(failure, sourceMap);
      return { message, ...placeIn(stack) };
    },
    async [Symbol.asyncDispose]() {
      await (await opening.catch(() => undefined))?.close();
    },
  };
}

const BUNDLE_NAME = "tasker-bundle.js";

/** In place of the task: the run ends when the bundle is loaded. */
const LOADED = "\n;module.exports = { task: () => null, modules: {} };";

/** Before a bundle: a failure after the top level has read `input` is told apart. */
const INPUT_READ = "input was read";
const NOTES_INPUT = `"use strict";Object.defineProperty(globalThis,"input",{get(){throw new Error(${JSON.stringify(INPUT_READ)})}});`;

/** The first frame that names a file of the author's. */
function placeIn(stack: string): Omit<LoadFault, "message"> {
  const found = /^[ \t]*at (?:.*\()?([^\n()]+):(\d+):(\d+)\)?$/m.exec(stack);
  if (found === null) return {};
  return { file: found[1] ?? "", line: Number(found[2]), column: Number(found[3]) };
}
