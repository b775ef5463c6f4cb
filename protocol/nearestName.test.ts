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

  it("takes time in proportion to the number of names, for a guest may ask", () => {
    const searches = [250, 4_000].map((length) =>
      createNearestName(Array.from({ length }, (_, index) => `big.method_number_${index}`)),
    );
    const [few = 0, many = 0] = searches.map((search) => {
      search("bigg.metod_numer_1x");
      return fastest(() => search("bigg.metod_numer_2x"));
    });
    assert(many < 16 * 6 * few, `${few} ms for 250 names, ${many} ms for 4,000`);
  });
});

/** The shortest of several times: other work on the machine only ever makes one longer. */
function fastest(work: () => unknown): number {
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}
