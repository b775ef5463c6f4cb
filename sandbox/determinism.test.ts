import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { buildEngine } from "./buildEngine.ts";
import { engineBytes, readEngine } from "./engine.ts";
import { createGuests, NOW, OPTIONS, settled, startOf } from "./testGuest.ts";

const guests = await createGuests();

test("the base image is the same bytes in every process", async () => {
  const script = `const { buildEngine } = await import(${JSON.stringify(new URL("buildEngine.ts", import.meta.url).href)}); console.log((await buildEngine()).hash)`;
  const elsewhere = (zone: string): string =>
    execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      cwd: "/",
      env: { TZ: zone },
    }).trim();
  const { hash } = await buildEngine();
  assert.equal(elsewhere("Asia/Tokyo"), hash);
  assert.equal(elsewhere("America/New_York"), hash);
});

test("an engine that was kept as bytes is the same engine", async () => {
  const engine = await buildEngine();
  assert.equal(readEngine(engineBytes(engine)).hash, engine.hash);
});

test("the date is the step's, constant within it, and in UTC", () => {
  const task = `async () => {
    const dates = [Date.now(), +new Date(), new Date().toString(), new Date().getTimezoneOffset(), new Date(2030, 6, 1).toISOString(), Date()];
    for (let i = 0; i < 1e5; i++);
    dates.push(Date.now()); await tools.a.b(); dates.push(Date.now()); return dates;
  }`;
  const { vm } = guests.start(task);
  const text = "Wed Jan 02 2030 03:04:05 GMT+0000";
  const step = vm.resume([settled(1)], { ...OPTIONS, now: NOW + 5 });
  const dates = JSON.parse(step.result!) as unknown[];
  assert.deepEqual(
    dates.map((each) => (typeof each === "string" ? each.slice(0, 33) : each)),
    [NOW, NOW, text, 0, "2030-07-01T00:00:00.000Z", text, NOW, NOW + 5],
  );
});

test("chance is the run's: the same seed the same numbers, another seed others", () => {
  const task = "() => [Math.random(), Math.random(), crypto.randomUUID(), crypto.randomUUID()]";
  const drawn = guests.result(task) as [number, number, string, string];
  assert.deepEqual(guests.result(task), drawn);
  assert.notDeepEqual(guests.result(startOf(task, { seed: "other" })), drawn);
  assert.ok(drawn[0] >= 0 && drawn[0] < 1 && drawn[0] !== drawn[1]);
  for (const id of drawn.slice(2))
    assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("Math.random is spread evenly", () => {
  const counts = guests.result(
    "() => { const c = Array(10).fill(0); for (let i = 0; i < 1e5; i++) c[Math.floor(Math.random() * 10)]++; return c }",
  ) as number[];
  assert.ok(
    counts.every((count) => Math.abs(count - 1e4) < 500),
    counts.join(),
  );
});

test("a digest covers calls, their order and the end, and no log", () => {
  const digest = (task: string): string => guests.run(task).digest;
  const base = digest("async () => { await tools.a.b(1) }");
  assert.equal(digest("async () => { console.log('x'); await tools.a.b(1) }"), base);
  assert.notEqual(digest("async () => { await tools.a.b(2) }"), base);
  assert.notEqual(digest("async () => { await tools.a.c(1) }"), base);
  assert.notEqual(digest("async () => { clearTimeout(setTimeout(() => {}, 9)); await tools.a.b(1) }"), base);
  assert.notEqual(digest("async () => { tools.a.b(1); return 1 }"), digest("async () => { tools.a.b(1); return 2 }"));
  assert.equal(digest("async () => { throw new Error('a') }"), digest("async () => { throw new Error('b') }"));
});
