interface Node<T> {
  readonly value: T;
  next: Node<T> | null;
}

/** First in, first out, without an array whose indices the guest could trap. */
export interface Queue<T> {
  head: Node<T> | null;
  tail: Node<T> | null;
}

export function createQueue<T>(): Queue<T> {
  return { __proto__: null, head: null, tail: null } as never;
}

export function push<T>(queue: Queue<T>, value: T): void {
  const node = { __proto__: null, value, next: null } as unknown as Node<T>;
  if (queue.tail === null) queue.head = node;
  else queue.tail.next = node;
  queue.tail = node;
}

export function shift<T>(queue: Queue<T>): T | undefined {
  const node = queue.head;
  if (node === null) return undefined;
  queue.head = node.next;
  if (node.next === null) queue.tail = null;
  return node.value;
}
