import { readFileSync, readdirSync } from "node:fs";

/** Linux counts CPU time of a process in hundredths of a second. */
const TICK_MS = 10;

/** CPU time that a process has used, in milliseconds, with the threads that have ended. Linux only. */
export function processCpuMs(pid: number): number {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8")).ownMs;
}

/** The same of a process and all processes below it, with those that have ended. Linux only. */
export function treeCpuMs(pid: number): number {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const stats = new Map(ids.flatMap((id) => statOf(Number(id)) ?? []).map((stat) => [stat.pid, stat]));
  const sum = ({ pid, ownMs, endedMs }: Stat): number => {
    const below = [...stats.values()].filter(({ parent }) => parent === pid);
    return below.reduce((whole, child) => whole + sum(child), ownMs + endedMs);
  };
  const root = stats.get(pid);
  return root === undefined ? NaN : sum(root);
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly endedMs: number;
}

/** Undefined when the process has ended. */
function statOf(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

function parseStat(stat: string): Stat {
  // The program's name is in parentheses and may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number]);
  return {
    pid: Number.parseInt(stat),
    parent: field(1),
    ownMs: (field(11) + field(12)) * TICK_MS,
    endedMs: (field(13) + field(14)) * TICK_MS,
  };
}

/** Resident memory of a process in MiB. Linux only. */
export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
