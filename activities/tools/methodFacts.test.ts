import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { utf8Length } from "../../protocol/text.ts";
import { methodFacts } from "./methodFacts.ts";
import type { Method } from "./service.ts";

const call = (): Promise<null> => Promise.resolve(null);

describe("methodFacts", () => {
  it("asks a method that depends on its arguments", () => {
    const method: Method = {
      kind: ([first]) => (first === "GET" ? "read" : "effect"),
      timeouts: ([first]) => (first === "GET" ? { startToCloseMs: 1 } : undefined),
      summary: ([first]) => `it is ${JSON.stringify(first)}`,
      call,
    };
    assert.deepEqual(methodFacts(method, ["GET"]), {
      kind: "read",
      timeouts: { startToCloseMs: 1 },
      summary: 'it is "GET"',
    });
    assert.deepEqual(methodFacts(method, []), { kind: "effect", summary: "it is undefined" });
  });

  it("takes a method that throws over its arguments for an effect", () => {
    const fail = (): never => {
      throw new Error("no");
    };
    assert.deepEqual(methodFacts({ kind: fail, timeouts: fail, summary: fail, call }, []), {
      kind: "effect",
      summary: "",
    });
  });

  it("makes a summary one well-formed line of bounded size, whatever the arguments hold", () => {
    for (const text of ["\ud800", "a\nb\0c", "😀".repeat(1_000_000), "x".repeat(LIMITS.summaryBytes)]) {
      const { summary } = methodFacts({ kind: "read", summary: () => text, call }, []);
      assert(summary.isWellFormed());
      assert.doesNotMatch(summary, /\p{Cc}/u);
      assert(utf8Length(summary) <= LIMITS.summaryBytes);
    }
  });
});
