/**
 * What a payload becomes that cannot be decoded (wrong key, damaged, not JSON), where it comes from outside of a run: its
 * arguments and signals. The workflow then refuses or ignores it. An error thrown by the converter would fail the
 * workflow task, which the server retries for ever.
 */
export interface Undecodable {
  readonly [UNDECODABLE]: string;
}

const UNDECODABLE: unique symbol = Symbol.for("tasker.undecodable") as never;

export function undecodable(why: string): Undecodable {
  return { [UNDECODABLE]: why };
}

/** Why the value could not be decoded; undefined if it was. No JSON value has the symbol. */
export function whyUndecodable(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && UNDECODABLE in value
    ? (value as Undecodable)[UNDECODABLE]
    : undefined;
}
