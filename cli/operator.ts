import { userInfo } from "node:os";
import type { SecretReader } from "../protocol/keystore.ts";

/** The operating system's user, who is written down beside each access to a secret. */
export function operator(): SecretReader {
  try {
    return { actor: `operator ${userInfo().username}` };
  } catch {
    // A container's user may have no name.
    return { actor: `operator uid ${process.getuid?.() ?? "unknown"}` };
  }
}
