/** Takes one line for the person who waits. */
export type Progress = (line: string) => void;

/** Reports `line(seconds)` every `everyMs` while `work` runs. */
export async function reporting<T>(
  progress: Progress,
  everyMs: number,
  line: (seconds: number) => string,
  work: Promise<T>,
): Promise<T> {
  const start = performance.now();
  const timer = setInterval(() => progress(line(Math.round((performance.now() - start) / 1000))), everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
