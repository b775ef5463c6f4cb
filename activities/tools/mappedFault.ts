import type { MappedError } from "./service.ts";

/** An error that a service has understood already, with the wait that its upstream asked for. */
export class MappedFault extends Error {
  override readonly name = "MappedFault";
  readonly mapped: MappedError;

  constructor(mapped: MappedError) {
    super(mapped.error.message);
    this.mapped = mapped;
  }
}

/** The `mapError` of a service that throws such errors. */
export function mapFault(error: unknown): MappedError | undefined {
  return error instanceof MappedFault ? error.mapped : undefined;
}
