import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuests, startOf } from "./testGuest.ts";

const guests = await createGuests();

const REFUSED: readonly (readonly [code: string, what: string])[] = [
  ["new Date(0).toLocaleDateString('de-DE')", 'the locale "de-DE"'],
  ["new Date(0).toLocaleString(['fr', 'en'])", 'the locale "fr"'],
  ["new Date(0).toLocaleTimeString('en-US', { timeZone: 'Europe/Berlin' })", 'the option "timeZone"'],
  ["new Date(0).toLocaleDateString(undefined, { month: 'long' })", 'the option "month"'],
  ["(0.5).toLocaleString('en-US', { style: 'percent' })", 'the option "style"'],
  ["(1234.5).toLocaleString('de')", 'the locale "de"'],
  ["12n.toLocaleString('de')", 'the locale "de"'],
  ["[1.5].toLocaleString('de')", 'the locale "de"'],
  ["new Float64Array([1.5]).toLocaleString('de')", 'the locale "de"'],
  ["'a10'.localeCompare('a2', undefined, { numeric: true })", 'the option "numeric"'],
  ["'a'.localeCompare('b', 'sv')", 'the locale "sv"'],
  ["'i'.toLocaleUpperCase('tr')", 'the locale "tr"'],
  ["'I'.toLocaleLowerCase(['az'])", 'the locale "az"'],
];

for (const [code, what] of REFUSED) {
  test(`a locale or an option that the engine would ignore is refused: ${code}`, () => {
    const said = guests.result(
      startOf(`() => { try { return ${code}; } catch (e) { return e.name + ": " + e.message; } }`),
    );
    const method = /\.(to?[lL]ocale\w+|localeCompare)\(/.exec(code)?.[1];
    const start = `TypeError: ${method} cannot honour ${what}, because the engine has no Intl: leave it out and format `;
    assert(String(said).includes(start), String(said));
  });
}

test("what changes nothing is allowed", () => {
  const code = `() => [
    new Date(0).toLocaleDateString(), new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" }),
    (1.5).toLocaleString("en-US", {}), (2.5).toLocaleString([], { style: undefined }), 3n.toLocaleString("en"),
    [1, 2].toLocaleString(), "a".localeCompare("b", "en-GB"), "b".localeCompare("a"), "ä".toLocaleUpperCase("de"),
    "A".toLocaleLowerCase(), Date.prototype.toLocaleString.name, Date.prototype.toLocaleString.length,
    String.prototype.localeCompare.length,
  ]`;
  assert.deepEqual(guests.result(startOf(code)), [
    ...["01/01/1970", "01/01/1970", "1.5", "2.5", "3", "1,2", -1, 1, "Ä", "a"],
    ...["toLocaleString", 0, 1],
  ]);
});

test("a guest that has patched what the check uses still gets its answer", () => {
  const code = `() => {
    Array.isArray = () => { throw 1; }; String.prototype.slice = () => { throw 2; }; Reflect.ownKeys = () => { throw 3; };
    try { return new Date(0).toLocaleDateString("de"); } catch (e) { return e.name; }
  }`;
  assert.equal(guests.result(startOf(code)), "TypeError");
});
