/** Closes what was opened, the last first; all of it, even if one fails. */
export class CloseStack {
  private readonly opened: { close(): Promise<void> }[] = [];

  later<T extends { close(): Promise<void> }>(resource: T): T {
    this.opened.push(resource);
    return resource;
  }

  /** Rejects with the first error once everything was tried. */
  async now(): Promise<void> {
    const errors: unknown[] = [];
    for (const resource of this.opened.splice(0).reverse()) {
      await resource.close().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}
