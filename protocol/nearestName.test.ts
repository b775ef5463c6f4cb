import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createNearestName } from "./nearestName.ts";

describe("nearestName", () => {
  const nearest = createNearestName(["sleep", "http.fetch", "tasks.execute", "gapi.users.list", "gapi.users.get"]);

  const cases: [string, string | undefined][] = [
    ["sleep", "sleep"],
    ["Sleep", "sleep"],
    ["slep", "sleep"],
    ["lseep", "sleep"],
    ["sleep.", "sleep"],
    ["sleeep", "sleep"],
    ["http.fetsh", "http.fetch"],
    ["http.fecth", "http.fetch"],
    ["task.execut", "tasks.execute"],
    ["gapi.user.gett", "gapi.users.get"],
    ["xleex", undefined],
    ["http", undefined],
    ["", undefined],
    ["\ud800", undefined],
  ];
  for (const [name, expected] of cases) {
    it(`answers ${String(expected)} for ${JSON.stringify(name)}`, () => assert.equal(nearest(name), expected));
  }

  it("compares 100 names with 1,000 similar ones in well under a second each, for a guest may ask that", () => {
    const search = createNearestName(Array.from({ length: 1000 }, (_, index) => `big.method_number_${index}`));
    const started = performance.now();
    for (let index = 0; index < 100; index++) search(`bigg.metod_numer_${index}x`);
    assert(performance.now() - started < 5000);
  });
});
