import type { ComputeThreads } from "../activities/compute/computeThreads.ts";
import { createGapi } from "../activities/tools/gapi/gapi.ts";
import { createHttp } from "../activities/tools/http/http.ts";
import { createKeystoreService, type KeystoreServiceDeps } from "../activities/tools/keystore/keystore.ts";
import { createOpenai } from "../activities/tools/openai/openai.ts";
import { createSupabase } from "../activities/tools/supabase/supabase.ts";
import { createWebsearch } from "../activities/tools/websearch/websearch.ts";
import { inThread } from "../activities/tools/thread/inThread.ts";
import { createServiceThread } from "../activities/tools/thread/serviceThread.ts";
import type { Service } from "../activities/tools/service.ts";
import type { Configuration } from "../configuration.ts";
import type { Credentials, Keystore } from "../protocol/keystore.ts";

export interface ServiceDeps {
  readonly compute: ComputeThreads;
  readonly configuration: Configuration;
  readonly keystore: Keystore;
  /** Why a task may not use a namespace of the keystore. */
  readonly keystoreAccess?: KeystoreServiceDeps["access"];
  readonly credentials: Credentials;
}

/** Every service that tasks find behind `tools`, set up as the configuration says. None of them connects before its first call. */
export function createServices(deps: ServiceDeps): readonly Service[] {
  const { compute, configuration, credentials, keystore, keystoreAccess: access } = deps;
  const { httpAllow, httpPrivate, openaiBaseUrl, supabaseUrl, googleSubject, googleBaseUrl } = configuration;
  const setup = { httpAllow, httpPrivate, openaiBaseUrl, supabaseUrl, googleSubject, googleBaseUrl };
  const thread = createServiceThread(setup, credentials);
  return [
    inThread(createHttp({ allow: httpAllow, private: httpPrivate }), thread),
    createKeystoreService({ keystore, access }),
    inThread(createOpenai({ credentials, baseUrl: openaiBaseUrl }), thread),
    createWebsearch({ compute, url: configuration.websearchUrl }),
    inThread(createSupabase({ credentials, url: supabaseUrl }), thread),
    inThread(createGapi({ credentials, subject: googleSubject, baseUrl: googleBaseUrl }), thread),
  ];
}
