import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; on Linux ticks since a named boot. */
  readonly started: string;
}

/** Undefined when there is no such process, or only the remains of one (a zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const started = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
    return started === undefined ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/**
 * Ends the group that this process leads: SIGTERM, and SIGKILL after `graceMs`. Nothing happens to a process
 * that only bears the same number. Resolves when it is gone.
 */
export async function endProcessGroup(leader: ProcessIdentity, graceMs: number): Promise<void> {
  if (!isRunning(leader)) return;
  signalGroup(leader.pid, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (isRunning(leader)) {
    if (performance.now() > deadline) signalGroup(leader.pid, "SIGKILL");
    await sleep(20);
  }
}

/** Signals every process of the group, if there is any left. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function startOnLinux(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses, which may hold anything; proc(5) numbers fields from 1.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[3 - 3], fields[22 - 3]];
  if (state === "Z" || state === "X" || startTime === undefined) return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${startTime}`;
}

function startByPs(pid: number): string | undefined {
  const [state, ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/);
  return state === undefined || state.startsWith("Z") ? undefined : started.join(" ");
}
