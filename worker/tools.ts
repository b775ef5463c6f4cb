import { BUILT_IN } from "../activities/issueCall.ts";
import type { ComputeThreads } from "../activities/compute/computeThreads.ts";
import { OpenedSecrets } from "../activities/masking/openedSecrets.ts";
import { createRegistry, type Registry } from "../activities/tools/registry.ts";
import type { Service } from "../activities/tools/service.ts";
import type { Configuration } from "../configuration.ts";
import { createCipher } from "../encryption/cipher.ts";
import type { Keyring } from "../encryption/keyring.ts";
import { createCredentials } from "../keystore/credentials.ts";
import { createKeystore } from "../keystore/keystore.ts";
import { checkServices } from "../policy/checkServices.ts";
import { keystoreDenial } from "../policy/denial.ts";
import type { Policy } from "../policy/policy.ts";
import type { SecretStore } from "../protocol/store.ts";
import { configuredCredential } from "./configuredCredential.ts";
import { createServices } from "./services.ts";

export interface ToolsDeps {
  readonly compute: ComputeThreads;
  readonly configuration: Configuration;
  readonly policy: Policy;
  readonly keyring: Keyring;
  readonly secrets: SecretStore;
  /** Services beside those of the project. */
  readonly others: readonly Service[];
}

/** What a worker has behind `tools`. Whoever made it closes the registry. */
export interface Tools {
  readonly registry: Registry;
  /** Names of all services. */
  readonly services: readonly string[];
  /** Takes out of a text what this process has opened in the keystore, or been given for its services. */
  readonly mask: (text: string) => string;
}

/**
 * Services with their credentials, under the operator's policy.
 * @throws TaskerError `invalid_configuration` for a policy about services that are not there
 */
export function createTools({ compute, configuration, policy, keyring, secrets, others }: ToolsDeps): Tools {
  const opened = new OpenedSecrets();
  // Apart, so that nothing which tasks open has the services' own forgotten.
  const ownSecrets = new OpenedSecrets();
  const cipher = createCipher(keyring, "keystore");
  const keystore = createKeystore({ secrets, cipher, opened: (secret) => opened.add(secret) });
  const credentials = createCredentials({
    keystore,
    fallback: (name) => configuredCredential(configuration, name),
    opened: (secret) => ownSecrets.add(secret),
  });
  const keystoreAccess = (task: string, namespace: string) => keystoreDenial(policy, task, namespace);
  const all = [...createServices({ compute, configuration, keystore, credentials, keystoreAccess }), ...others];
  const services = all.map(({ name }) => name);
  checkServices(policy, services, [BUILT_IN.tasks]);
  const { taskQueue } = configuration;
  return {
    registry: createRegistry(all, { policy, taskQueue, builtIn: Object.values(BUILT_IN) }),
    services,
    mask: (text) => opened.hide(ownSecrets.hide(text)),
  };
}
