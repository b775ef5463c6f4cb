import type { Service } from "../activities/tools/service.ts";

/** Calls that cost nothing, so that what is measured is the way to them and back. */
export const benchService: Service = {
  name: "bench",
  known: ["bench.touch", "bench.look"],
  method: (path) => {
    const name = path.join(".");
    if (name === "touch") return { kind: "effect", call: ([n]) => Promise.resolve(n) };
    return name === "look" ? { kind: "read", quick: true, call: ([n]) => Promise.resolve(n) } : undefined;
  },
};
