import { createHttp } from "../activities/tools/http/http.ts";
import { createWebsearch } from "../activities/tools/websearch/websearch.ts";
import type { Service } from "../activities/tools/service.ts";
import type { Configuration } from "../configuration.ts";
import type { Credentials, Keystore } from "../protocol/keystore.ts";

export interface ServiceDeps {
  readonly configuration: Configuration;
  readonly keystore: Keystore;
  readonly credentials: Credentials;
}

/** Every service that tasks find behind `tools`, set up as the configuration says. None of them connects before its first call. */
export function createServices({ configuration }: ServiceDeps): readonly Service[] {
  return [
    createHttp({ allow: configuration.httpAllow, private: configuration.httpPrivate }),
    createWebsearch({ url: configuration.websearchUrl }),
  ];
}
