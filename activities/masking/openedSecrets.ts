import { LIMITS } from "../../protocol/limits.ts";
import { createMask } from "./mask.ts";

/**
 * The secrets that this process has opened last, for the messages of tools: half of `LIMITS.maskedBytes` at least, all of it
 * at most. Once the new ones are as many they become the old ones, and those before are forgotten: so each is added to a
 * mask once, whatever a task opens.
 */
export class OpenedSecrets {
  private fresh = new Generation();
  private old = new Generation();

  add(secret: string): void {
    if (this.fresh.add(secret)) return;
    this.old = this.fresh;
    this.fresh = new Generation();
    this.fresh.add(secret);
  }

  hide(text: string): string {
    return this.old.mask.hide(this.fresh.mask.hide(text));
  }
}

class Generation {
  readonly mask = createMask();
  private readonly secrets = new Set<string>();
  private size = 0;

  /** Whether there was room for it. */
  add(secret: string): boolean {
    if (this.secrets.has(secret)) return true;
    this.size += secret.length;
    if (this.size > LIMITS.maskedBytes / 2) return false;
    this.secrets.add(secret);
    return this.mask.add(secret);
  }
}
