/** The name of the prelude in stack frames; `authorStack` leaves such frames out. */
export const PRELUDE_NAME = "tasker:prelude";
