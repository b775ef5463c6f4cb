/** CPU time of this thread in milliseconds. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Why the host stopped a guest. Set by the host alone: a guest that catches what follows changes nothing. */
export type Stop = "cpu_limit" | "memory_limit";

/** Watches one step. */
export interface Meter {
  readonly stopped: Stop | undefined;
  begin(cpuMs: number): void;
  /** CPU time since `begin`, milliseconds. */
  used(): number;
  /** Whether the guest must stop now. */
  check(): boolean;
  stop(why: Stop): void;
}

export function createMeter(): Meter {
  let startedAt = 0;
  let wallAt = 0;
  let limit = 0;
  let stopped: Stop | undefined;
  const used = (): number => threadCpuMs() - startedAt;
  return {
    get stopped() {
      return stopped;
    },
    begin(cpuMs) {
      startedAt = threadCpuMs();
      wallAt = performance.now();
      limit = cpuMs;
      stopped = undefined;
    },
    used,
    check() {
      // A thread uses at most as much CPU time as time goes by, and reading the clock is far cheaper.
      if (stopped === undefined && performance.now() - wallAt > limit && used() > limit) stopped = "cpu_limit";
      return stopped !== undefined;
    },
    stop(why) {
      stopped ??= why;
    },
  };
}
