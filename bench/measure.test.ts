import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareAll, median, quartiles } from "./measure.ts";

describe("a comparison", () => {
  it("measures every side once a round, each round beginning with another one, and drops the first round", async () => {
    const order: string[] = [];
    const side = (name: string, values: readonly number[]) => {
      let round = 0;
      return () => {
        order.push(name);
        return Promise.resolve(values[round++] ?? NaN);
      };
    };
    const rows = await compareAll({
      ...{ what: "", unit: "ms", aim: "", pairs: 3 },
      ours: side("ours", [1_000, 2, 4, 6]),
      others: [
        { against: "a", measure: side("a", [1, 1, 1, 1]) },
        { against: "b", measure: side("b", [1, 2, 2, 2]) },
      ],
    });
    assert.deepEqual(order.join(" "), "ours a b ours a b a b ours b ours a");
    assert.deepEqual(
      rows.map(({ against, ours, theirs, ratio }) => [against, ours, theirs, ratio]),
      [
        ["a", 4, 1, 4],
        ["b", 4, 2, 2],
      ],
    );
  });

  it("compares rounds before it takes the median, and tells how far they agree, of CPU time too", async () => {
    const side = (rounds: readonly (readonly [value: number, cpu: number])[]) => {
      let round = 0;
      return () => {
        const [value, workerCpuMs] = rounds[round++] ?? [NaN, NaN];
        return Promise.resolve({ value, cost: { workerCpuMs, serverCpuMs: 0 } });
      };
    };
    const [row] = await compareAll({
      ...{ what: "", unit: "ms", aim: "", pairs: 3 },
      ours: side([
        [0, 0],
        [10, 1],
        [20, 2],
        [90, 3],
      ]),
      others: [
        {
          against: "a",
          measure: side([
            [0, 0],
            [10, 1],
            [10, 1],
            [30, 1],
          ]),
        },
      ],
    });
    assert.deepEqual(row?.ratios, { value: [1.5, 2, 2.5], workerCpu: [1.5, 2, 2.5] });
    assert.equal(row.ratio, 2);
    assert.equal(row.cost?.ours.events, undefined);
  });

  it("has a median and quartiles", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.deepEqual(quartiles([5, 1, 2, 3, 4]), [2, 3, 4]);
    assert.equal(median([]), NaN);
  });
});
