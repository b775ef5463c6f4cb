/** What passes between `SqliteThread` and the thread itself. */

export interface ThreadOptions {
  readonly file: string;
  /** How long a statement waits for another process's lock. */
  readonly busyTimeoutMs: number;
  /** `full` survives a power cut; `normal` a killed process only, and is faster. */
  readonly synchronous: "full" | "normal";
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type Request =
  | {
      readonly id: number;
      readonly statements: readonly Statement[];
      /** One transaction that may write. */
      readonly atomic: boolean;
    }
  | "close";

export interface ThreadResult {
  readonly rows: readonly unknown[];
  readonly affected: number;
}

/** The reply with id 0 says that the file is open, or why not. */
export type Reply = { readonly id: number } & (
  | { readonly results: readonly ThreadResult[] }
  | { readonly error: { readonly message: string; readonly name: string; readonly errcode?: number } }
);
