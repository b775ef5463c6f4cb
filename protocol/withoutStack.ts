import type { TaskError } from "./errors.ts";

/** An error as the VM receives it: without the stack of a nested run, which only the record keeps. */
export function withoutStack({ code, class: errorClass, message, thrown, whole }: TaskError): TaskError {
  return {
    code,
    class: errorClass,
    message,
    ...(thrown === undefined ? {} : { thrown }),
    ...(whole === undefined ? {} : { whole }),
  };
}
