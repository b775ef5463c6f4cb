import type { Credentials } from "../../../protocol/keystore.ts";
import type { Service } from "../service.ts";
import type { ServiceSetup } from "./messages.ts";

/** Services that run in the service thread: what they send and receive may be as large as arguments and results may be. */
export type ThreadService = "http" | "openai" | "supabase" | "gapi";

/** Makes each service once, when it is first asked for. The result is undefined for a service that does not run in the thread. */
export function createLoader(
  setup: ServiceSetup,
  credentials: Credentials,
): (name: string) => Promise<Service> | undefined {
  const loaders: Readonly<Record<ThreadService, () => Promise<Service>>> = {
    async http() {
      const { createHttp } = await import("../http/http.ts");
      return createHttp({ allow: setup.httpAllow, private: setup.httpPrivate });
    },
    async openai() {
      const { createOpenai } = await import("../openai/openai.ts");
      return createOpenai({ credentials, baseUrl: setup.openaiBaseUrl });
    },
    async supabase() {
      const { createSupabase } = await import("../supabase/supabase.ts");
      return createSupabase({ credentials, url: setup.supabaseUrl });
    },
    async gapi() {
      const { createGapi } = await import("../gapi/gapi.ts");
      return createGapi({ credentials, subject: setup.googleSubject, baseUrl: setup.googleBaseUrl });
    },
  };
  const loaded = new Map<string, Promise<Service>>();
  return (name) => {
    const known = loaded.get(name);
    if (known !== undefined || !Object.hasOwn(loaders, name)) return known;
    const service = loaders[name as ThreadService]();
    loaded.set(name, service);
    return service;
  };
}
