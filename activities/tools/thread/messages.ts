import type { TaskError } from "../../../protocol/errors.ts";
import type { JsonText } from "../../../protocol/json.ts";
import type { CredentialName } from "../../../protocol/keystore.ts";
import type { ToolTimeouts, Usage } from "../../../protocol/step.ts";
import type { MappedError, ToolContext } from "../service.ts";

/** What the services of the thread are set up with: plain data, from the configuration. Credentials are asked for. */
export interface ServiceSetup {
  readonly httpAllow: readonly string[];
  readonly httpPrivate: readonly string[];
  readonly openaiBaseUrl: string;
  readonly supabaseUrl: string | undefined;
  readonly googleSubject: string | undefined;
  readonly googleBaseUrl: string | undefined;
}

/** A method and the JSON of its arguments; of a chain, the JSON of all its links. */
export interface MethodArguments {
  readonly service: string;
  /** Below the service. */
  readonly path: readonly string[];
  readonly args: JsonText;
}

export type PlainContext = Omit<ToolContext, "signal" | "links" | "reportUsage">;

export interface CallMessage extends MethodArguments {
  readonly context: PlainContext;
}

/** What the workflow must know of a call before it schedules it. The summary may hold secrets. */
export interface ArgumentFacts {
  readonly linkNames: readonly string[];
  readonly timeouts?: ToolTimeouts;
  readonly summary: string;
}

export type ToThread =
  | { readonly kind: "call"; readonly id: number; readonly call: CallMessage }
  | { readonly kind: "facts"; readonly id: number; readonly of: MethodArguments }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "credential"; readonly id: number; readonly found: FoundCredential };

export type FoundCredential =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly error: TaskError; readonly retryable: boolean };

export type FromThread =
  | { readonly kind: "result"; readonly id: number; readonly value: JsonText | ArgumentFacts }
  | { readonly kind: "failure"; readonly id: number; readonly failure: MappedError }
  | { readonly kind: "usage"; readonly id: number; readonly usage: Usage }
  | { readonly kind: "credential"; readonly id: number; readonly name: CredentialName }
  | { readonly kind: "forget"; readonly name: CredentialName };
