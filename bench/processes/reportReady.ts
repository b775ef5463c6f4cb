/** Tells the bench that this process serves its task queue. The process ends with the bench. */
export function reportReady(): void {
  process.once("disconnect", () => process.exit(0));
  process.send?.("ready");
}
