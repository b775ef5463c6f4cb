import type { BundleLoader } from "../sandbox/bundleLoader.ts";
import { openBundleLoader } from "../sandbox/bundleLoader.ts";

/** What publishing loads bundles with: the engine, and the services whose calls are chains in a run. */
export function openLoader(): BundleLoader {
  return openBundleLoader(CHAINS);
}

/** As the registry has them; a test compares. Asking it would load every service, for a command that makes no call. */
export const CHAINS = { chains: ["supabase"], stems: ["supabase.from", "supabase.schema"] };
