import { LIMITS } from "../../protocol/limits.ts";
import type { Secrets } from "../../protocol/value.ts";
import { createMask, HIDDEN, NO_MASK, type GrowingMask } from "./mask.ts";

/**
 * The secrets that one VM has been told. Of a VM that was told more than `LIMITS.maskedBytes`, or than a mask can find, none
 * is told apart any more: everything that it writes counts as secret.
 */
export class VmSecrets {
  private readonly known = new Set<string>();
  private size = 0;
  private tooMany = false;
  /** Grows with them: a run that is told one in each step must not cost each step all of them. */
  private mask: GrowingMask | undefined;

  add(secrets: Secrets): void {
    if (secrets === "all") this.giveUp();
    else for (const secret of secrets) this.addOne(secret);
  }

  get isEmpty(): boolean {
    return this.known.size === 0 && !this.tooMany;
  }

  get all(): Secrets {
    return this.tooMany ? "all" : [...this.known];
  }

  /** The text without secrets. */
  hide(text: string): string {
    if (this.tooMany) return text === "" ? "" : HIDDEN;
    return (this.mask ?? NO_MASK).hide(text);
  }

  /** What the text holds of them; empty when it holds none. */
  find(text: string): Secrets {
    return this.tooMany ? "all" : (this.mask ?? NO_MASK).find(text);
  }

  /** The same for a text of any size: the event loop turns meanwhile. */
  async findInSlices(text: string): Promise<Secrets> {
    return this.tooMany ? "all" : (this.mask ?? NO_MASK).findInSlices(text);
  }

  private addOne(secret: string): void {
    if (this.tooMany || secret.length < LIMITS.maskedCharacters || this.known.has(secret)) return;
    this.known.add(secret);
    this.size += secret.length;
    this.mask ??= createMask();
    if (this.size > LIMITS.maskedBytes || !this.mask.add(secret)) this.giveUp();
  }

  private giveUp(): void {
    this.tooMany = true;
    this.known.clear();
    this.mask = undefined;
  }
}
