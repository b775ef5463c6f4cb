import { define, globalObject } from "./intrinsics.ts";
import { log } from "./log.ts";

/** The console writes to the run's log; there is no other output. */
export function installConsole(): void {
  const console = {
    debug: (...values: unknown[]): void => log("debug", values),
    trace: (...values: unknown[]): void => log("debug", values),
    log: (...values: unknown[]): void => log("info", values),
    info: (...values: unknown[]): void => log("info", values),
    dir: (value: unknown): void => log("info", [value]),
    table: (value: unknown): void => log("info", [value]),
    warn: (...values: unknown[]): void => log("warn", values),
    error: (...values: unknown[]): void => log("error", values),
    assert: (condition?: unknown, ...values: unknown[]): void => {
      if (condition === true || Boolean(condition)) return;
      log("error", ["Assertion failed"]);
      if (values.length > 0) log("error", values);
    },
  };
  define(globalObject, "console", console);
}
