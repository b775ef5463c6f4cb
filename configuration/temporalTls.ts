import { readFileSync } from "node:fs";
import { invalidConfiguration } from "./readEnvironment.ts";
import { KEYS, type Values } from "./keys.ts";

/** The `tls` option of both the client's and the worker's connection. */
export type TemporalTls =
  | boolean
  | {
      serverNameOverride?: string;
      serverRootCACertificate?: Buffer;
      clientCertPair?: { crt: Buffer; key: Buffer };
    };

/**
 * TLS as the variables ask for it: off unless TEMPORAL_TLS, an API key or a TEMPORAL_TLS_… variable turns it on.
 * Throws `invalid_configuration` for a file that cannot be read, a value given twice, half a key pair.
 */
export function temporalTls(values: Values): TemporalTls {
  const ca = pem(values, "tlsCaPath", "tlsCaData");
  const crt = pem(values, "tlsCertPath", "tlsCertData");
  const key = pem(values, "tlsKeyPath", "tlsKeyData");
  if ((crt === undefined) !== (key === undefined)) {
    throw invalidConfiguration(["TEMPORAL_TLS_CLIENT_CERT_… and TEMPORAL_TLS_CLIENT_KEY_… need each other."]);
  }
  if (values.temporalTls === false) return false;
  const tls = {
    ...(values.tlsServerName !== undefined && { serverNameOverride: values.tlsServerName }),
    ...(ca && { serverRootCACertificate: ca }),
    ...(crt && key && { clientCertPair: { crt, key } }),
  };
  if (Object.keys(tls).length > 0) return tls;
  return values.temporalTls ?? values.temporalApiKey !== undefined;
}

function pem(
  values: Values,
  file: "tlsCaPath" | "tlsCertPath" | "tlsKeyPath",
  data: "tlsCaData" | "tlsCertData" | "tlsKeyData",
): Buffer | undefined {
  const name = values[file];
  const content = values[data];
  if (name !== undefined && content !== undefined) {
    throw invalidConfiguration([`${KEYS[file].name} and ${KEYS[data].name} are both set; keep one of them.`]);
  }
  if (name === undefined) return content === undefined ? undefined : Buffer.from(content);
  try {
    return readFileSync(name);
  } catch (error) {
    throw invalidConfiguration([`${KEYS[file].name}: ${JSON.stringify(name)} cannot be read. ${String(error)}`]);
  }
}
