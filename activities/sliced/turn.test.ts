import assert from "node:assert/strict";
import { test } from "node:test";
import { ticksDuring } from "../../test/support/ticks.ts";
import { inTurn } from "./turn.ts";

/** Some work of 2 ms. */
async function piece(done: number[], index: number): Promise<void> {
  await inTurn();
  const until = performance.now() + 2;
  while (performance.now() < until);
  done.push(index);
}

test("many pieces of work that begin at once are all done, and the event loop turns between them", async () => {
  const done: number[] = [];
  const turns = await ticksDuring(() => Promise.all(Array.from({ length: 100 }, (_, index) => piece(done, index))));
  assert.equal(new Set(done).size, 100);
  // 200 ms of work in turns of 10 ms.
  assert.ok(turns > 10, `${turns} turns`);
});

test("a piece that is alone waits for no turn", async () => {
  let turned = false;
  setImmediate(() => (turned = true));
  await inTurn();
  assert.equal(turned, false);
});
