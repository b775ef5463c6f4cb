import { LIMITS } from "../../protocol/limits.ts";
import { createMask, NO_MASK, type Mask } from "./mask.ts";

/** The secrets that this process has opened last, for the messages of tools: `LIMITS.maskedBytes` of them at most. */
export class OpenedSecrets {
  private readonly secrets = new Set<string>();
  private size = 0;
  private mask: Mask | undefined;

  add(secret: string): void {
    const known = this.secrets.delete(secret);
    // At the end again: what was used last is forgotten last.
    this.secrets.add(secret);
    if (known) return;
    this.size += secret.length;
    for (const oldest of this.secrets) {
      if (this.size <= LIMITS.maskedBytes) break;
      this.secrets.delete(oldest);
      this.size -= oldest.length;
    }
    this.mask = undefined;
  }

  hide(text: string): string {
    this.mask ??= this.secrets.size === 0 ? NO_MASK : createMask(this.secrets);
    return this.mask.hide(text);
  }
}
