import { DIRECT_WORK } from "./work.ts";
import type { Work } from "./work.ts";

/** The program of the process that `Builder` starts: it does one piece of work after another. */

export type Request = {
  [Name in keyof Work]: { readonly name: Name; readonly args: Parameters<Work[Name]> };
}[keyof Work];

/** `failed`: an exception, such as a stack overflow or a bundler that has stopped. The process is not used again then. */
export type Reply = { readonly result: unknown } | { readonly failed: string };

process.on("message", (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());

async function answer({ name, args }: Request): Promise<Reply> {
  try {
    const work = DIRECT_WORK[name] as (...args: unknown[]) => Promise<unknown>;
    return { result: await work(...args) };
  } catch (error) {
    return { failed: error instanceof Error ? error.name : "unknown" };
  }
}
