import { methodTable } from "../../activities/tools/methodTable.ts";
import type { Method, Service } from "../../activities/tools/service.ts";

/**
 * Service `probe`: `effect(run, mark)` and the quick `read(run, mark)` post the mark to `/effect/RUN` and `/read/RUN` of the
 * control server, with the call's idempotency key, and return it. Unlike an HTTP read, `read` does not fail if it is slow.
 */
export function createProbe(control: string): Service {
  const post =
    (kind: "effect" | "read"): Method["call"] =>
    async ([run, mark], { idempotencyKey, signal }) => {
      const headers = { "idempotency-key": idempotencyKey };
      await fetch(`${control}/${kind}/${run as string}`, {
        method: "POST",
        headers,
        body: JSON.stringify(mark),
        signal,
      });
      return mark;
    };
  return methodTable("probe", {
    effect: { kind: "effect", call: post("effect") },
    read: { kind: "read", quick: true, call: post("read") },
  });
}
