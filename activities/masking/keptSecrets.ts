import type { Sandbox } from "../../sandbox/types.ts";
import { VmSecrets } from "./vmSecrets.ts";

/** What the VMs of a worker have been told, by the token that names each VM: kept as long as its sandbox has the VM. */
export class KeptSecrets {
  private readonly byToken = new Map<string, { readonly sandbox: Sandbox; readonly secrets: VmSecrets }>();

  get size(): number {
    return this.byToken.size;
  }

  /** Hands them to the one step that goes on with the VM. */
  take(token: string): VmSecrets {
    const kept = this.byToken.get(token);
    this.byToken.delete(token);
    return kept?.secrets ?? new VmSecrets();
  }

  keep(token: string, sandbox: Sandbox, secrets: VmSecrets): void {
    if (secrets.isEmpty) return;
    // A sandbox evicts without a word, so those that are gone are looked for here: there are no more than VMs.
    for (const [other, { sandbox: its }] of this.byToken) if (!its.has(other)) this.byToken.delete(other);
    if (sandbox.has(token)) this.byToken.set(token, { sandbox, secrets });
  }
}
