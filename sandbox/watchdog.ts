/** The backstop of a step's CPU bound, for guest code that runs inside one native function and is never interrupted. */
export interface Watchdog {
  /** A step began that may use `cpuMs`. `expire` is called when it has used more and the thread still runs it. */
  watch(cpuMs: number, expire: () => void): void;
  /** The step ended. */
  rest(): void;
}

/** CPU time beyond the bound before a thread is stopped: the thread's own check should come first. */
const GRACE_MS = 250;

/** Where a thread's CPU time cannot be read, wall time counts, generously: the thread may have had to wait for a core. */
const WALL_FACTOR = 4;

/** `used` answers CPU milliseconds of the thread since the step began; undefined when nobody can say. */
export function createWatchdog(used: () => number | undefined): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    rest,
    watch(cpuMs, expire) {
      rest();
      const bound = cpuMs + GRACE_MS;
      const startedAt = performance.now();
      // A thread uses at most as much CPU time as time goes by: nothing has to be looked at before.
      const look = (): void => {
        const left = bound - (used() ?? (performance.now() - startedAt) / WALL_FACTOR);
        if (left <= 0) expire();
        else timer = setTimeout(look, Math.max(20, left)).unref();
      };
      timer = setTimeout(look, bound).unref();
    },
  };
}
