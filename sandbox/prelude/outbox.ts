import { createQueue, push, shift } from "./queue.ts";

/**
 * What waits for the host: calls, cleared timers and log lines, in the order in which the guest made them.
 * A record is one line of JSON, then raw JSON texts of the lengths that the line names: nothing is escaped twice.
 */
const outbox = createQueue<string>();

/** UTF-16 units of all of it. */
let waitingUnits = 0;

/** Records of the last `peekRecords` that `dropRecords` takes out. */
let peeked = 0;

export function post(record: string): void {
  push(outbox, record);
  waitingUnits += record.length;
}

/** The first records, at most `units` UTF-16 units of them but at least one. They stay until `dropRecords`. */
export function peekRecords(units: number): string {
  let text = "";
  peeked = 0;
  for (let node = outbox.head; node !== null; node = node.next) {
    if (peeked > 0 && text.length + node.value.length > units) break;
    text += node.value;
    peeked++;
  }
  return text;
}

/** Takes out what was peeked at; answers whether more is there. */
export function dropRecords(): boolean {
  for (; peeked > 0; peeked--) waitingUnits -= (shift(outbox) as string).length;
  return outbox.head !== null;
}

/** Takes out everything, if it is sure to fit into so many bytes (a unit takes three at most); else undefined. */
export function takeAll(bytes: number): string | undefined {
  if (waitingUnits * 3 > bytes) return undefined;
  const text = peekRecords(waitingUnits);
  dropRecords();
  return text;
}
