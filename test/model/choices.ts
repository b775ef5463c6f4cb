import { fc } from "../support/fuzz.ts";

/**
 * The decisions of a random run, from a tape that fast-check makes and shortens. Behind the tape's end every decision is the
 * first alternative, so each `pick` names first what brings the run to its end.
 */
export class Choices {
  private readonly tape: readonly number[];
  private position = 0;

  constructor(tape: readonly number[]) {
    this.tape = tape;
  }

  /** 0 up to `count - 1`. */
  below(count: number): number {
    return (this.tape[this.position++] ?? 0) % count;
  }

  /** True once in `times`, and never behind the tape's end. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  pick<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.below(1 + others.length)] ?? first;
  }
}

export const tapes: fc.Arbitrary<number[]> = fc.array(fc.nat(9_999), { minLength: 30, maxLength: 400, size: "max" });
