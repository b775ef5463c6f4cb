/**
 * Ctrl-C reaches a process of npm twice or more: from the terminal, and passed on by npm and by the launcher.
 * Signals within this time count as one, milliseconds.
 */
export const SAME_INTERRUPT_MS = 700;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Puts the process's own handling back. */
  release(): void;
}

/** Catches the signals that ask to stop. `force` is called when somebody asks again: stop at once then. */
export function catchInterrupts(force: () => void, now: () => number = Date.now): Interrupts {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = now();
      controller.abort();
    } else if (now() - first > SAME_INTERRUPT_MS) {
      force();
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
