/** The VM is not here: it was never made, was evicted or disposed, or its thread was stopped. Its journal can make it again. */
export class VmLost extends Error {
  override readonly name = "VmLost";

  constructor(why: string) {
    super(`the VM is gone: ${why}`);
  }
}
