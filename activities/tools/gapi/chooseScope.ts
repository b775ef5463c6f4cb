import type { GapiMethod } from "./catalog.ts";

/** Scopes that open far more than one API, and Drive's where the API is another (Sheets and Docs take them, too). */
const BROAD = /\/auth\/cloud-platform|^https:\/\/mail\.google\.com\/|\/auth\/(firebase|plus)\b/;
const DRIVE = /\/auth\/drive\b/;

/**
 * Scopes under which a method answers less than it can, or refuses: gmail.metadata forbids `q` and bodies, drive.file
 * and calendar.app.created show only what the application made, add-ons' and bots' need another kind of caller.
 */
const PARTIAL =
  /gmail\.metadata|\.addons\.|drive\.(file|appdata|apps|meet|photos|scripts|install)|calendar\.(app|events\.(owned|public|freebusy))|chat\.(bot|import|app|admin)/;

/** `gmail.modify` includes everything short of deletion; where a scope for the very action exists, that one. */
const WIDE = /\.modify$/;

/**
 * The scope to ask for, of those that Google accepts for a method: a read-only one if that is enough, the API's own
 * before one that opens more, and the shortest of those, which is the one that stands for the whole method.
 */
export function chooseScope({ api }: Pick<GapiMethod, "api">, accepted: readonly string[]): string | undefined {
  const cost = (scope: string): number =>
    (BROAD.test(scope) ? 16 : 0) +
    (api !== "drive" && DRIVE.test(scope) ? 8 : 0) +
    (PARTIAL.test(scope) ? 4 : 0) +
    (isReadOnly(scope) ? 0 : 2) +
    (WIDE.test(scope) ? 1 : 0);
  return [...accepted].sort((a, b) => cost(a) - cost(b) || a.length - b.length || (a < b ? -1 : 1))[0];
}

function isReadOnly(scope: string): boolean {
  return /\.read-?only$/.test(scope);
}
