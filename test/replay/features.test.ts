import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FEATURES } from "./features.ts";
import { readHistories } from "./history.ts";

const histories = await readHistories();

describe("the recorded histories have", () => {
  for (const [feature, shows] of Object.entries(FEATURES)) {
    test(feature, (t) => {
      const found = [...histories].filter(([, { history }]) => shows(history.events ?? [])).map(([name]) => name);
      t.diagnostic(found.join(", "));
      assert.notDeepEqual(found, [], "no history has it: see test/replay/recordedTasks.ts");
      // What every history has says nothing.
      assert.ok(found.length < histories.size);
    });
  }
});
