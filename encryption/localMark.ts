import type { Payload, SerializationContext } from "@temporalio/common";

const MARK = "tasker-local-argument";

/** A payload that the codec may leave plain, if it is on its way to a local activity. */
export function withLocalMark(payload: Payload): Payload {
  return { ...payload, metadata: { ...payload.metadata, [MARK]: new Uint8Array() } };
}

/** The payload without the mark, and whether it had one. */
export function takeLocalMark(payload: Payload): { readonly payload: Payload; readonly marked: boolean } {
  const { metadata } = payload;
  if (metadata?.[MARK] === undefined) return { payload, marked: false };
  const rest = Object.entries(metadata).filter(([name]) => name !== MARK);
  return { payload: { ...payload, metadata: Object.fromEntries(rest) }, marked: true };
}

/** Whether the context is that of a local activity: of its arguments, its summary and its result. */
export function isLocalActivity(context: SerializationContext | undefined): boolean {
  return context?.type === "activity" && context.isLocal;
}
