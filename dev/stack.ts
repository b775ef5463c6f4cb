import { setTimeout as sleep } from "node:timers/promises";
import type { Configuration } from "../configuration.ts";
import { openHome } from "./home.ts";
import { joinStack } from "./joinedStack.ts";
import { tryLock } from "./kernelLock.ts";
import { startOwnStack } from "./ownStack.ts";
import type { Stack, StackOptions } from "./stackHandle.ts";

export type { Stack, StackOptions, StackWorker, StartWorker } from "./stackHandle.ts";

/**
 * The stack of this TASKER_HOME: joined if one runs or is being started, else started and owned.
 * With TEMPORAL_ADDRESS set it is what runs there; nothing is started, no worker either.
 * A stack whose owner was killed is started anew on the same data; what it left running is ended first.
 * Waits for as long as another process takes to start or stop; that process has bounds of its own.
 */
export async function joinOrStartStack(configuration: Configuration, options: StackOptions): Promise<Stack> {
  if (configuration.temporalAddress !== undefined) return remoteStack(configuration, configuration.temporalAddress);
  const home = openHome(configuration.home);
  for (let attempt = 0; ; attempt++) {
    const lock = tryLock(home.ownerLock);
    if (lock) return startOwnStack(home, lock, configuration, options);
    const joined = joinStack(home, configuration);
    if (joined) return joined;
    // At once, then every ten seconds.
    if (attempt % 100 === 0) {
      options.progress?.(`Another process is starting or stopping the stack in ${home.folder}: waiting for it.`);
    }
    await sleep(100);
  }
}

function remoteStack(configuration: Configuration, address: string): Stack {
  return {
    address,
    namespace: configuration.temporalNamespace,
    taskQueue: configuration.taskQueue,
    owned: false,
    lost: never(),
    stop: () => Promise.resolve(),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
