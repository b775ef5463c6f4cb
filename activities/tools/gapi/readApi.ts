import { readFileSync } from "node:fs";
import vm from "node:vm";

/**
 * What a generated module of googleapis exports, without the libraries that it sends requests with: enough to ask its methods
 * what they are, not to call them. Such a module loads nothing else, and uses nothing of that before a call.
 */
export function readApi(file: string): unknown {
  const exports = {};
  const define = vm.compileFunction(readFileSync(file, "utf8"), ["exports", "require"], { filename: file });
  Reflect.apply(define, undefined, [exports, () => ({})]);
  return exports;
}
