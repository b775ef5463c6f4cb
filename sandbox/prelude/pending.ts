// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- its constructor answers what a subclass marks.
class Returned {
  constructor(object: object) {
    return object;
  }
}

/** A private field on an object itself: the guest cannot see it, and reading it runs no trap of a proxy. */
class Pending extends Returned {
  readonly #pending = true;

  static has(value: object): boolean {
    return #pending in value;
  }
}

/** Notes that an object stands for a call's outcome and has to be awaited. */
export function markPending(object: object): void {
  new Pending(object);
}

export function isPending(value: object): boolean {
  return Pending.has(value);
}
