/** How often the event loop turned while the work was done. Work that holds the thread gives 0 or 1. */
export async function ticksDuring(work: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  let going = true;
  const tick = (): void => {
    if (!going) return;
    ticks++;
    setImmediate(tick);
  };
  setImmediate(tick);
  try {
    await work();
  } finally {
    going = false;
  }
  return ticks;
}
