import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

/** A service account's JSON key, as Google's console downloads it. */
export interface ServiceAccountKey {
  readonly type: "service_account";
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly token_uri: string;
}

/** OAuth credentials of one user, as `gcloud auth application-default login` writes them. */
export interface UserCredentials {
  readonly type: "authorized_user";
  readonly client_id: string;
  readonly client_secret: string;
  readonly refresh_token: string;
  readonly token_uri: string;
}

export interface IssuedCredentials {
  readonly serviceAccount: ServiceAccountKey;
  readonly user: UserCredentials;
  /** Of the service account. */
  readonly publicKey: KeyObject;
}

/** Credentials that nobody has ever had, and that are good for the Workspace at `url` only. */
export function issueCredentials(url: string): IssuedCredentials {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const token_uri = `${url}/token`;
  return {
    publicKey: createPublicKey(publicKey),
    serviceAccount: {
      type: "service_account",
      project_id: "tasker-stand-in",
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey,
      client_email: "tasker@tasker-stand-in.iam.gserviceaccount.com",
      client_id: "100000000000000000001",
      token_uri,
    },
    user: {
      type: "authorized_user",
      client_id: "tasker-stand-in.apps.googleusercontent.com",
      client_secret: randomBytes(18).toString("base64url"),
      refresh_token: `1//${randomBytes(32).toString("base64url")}`,
      token_uri,
    },
  };
}
