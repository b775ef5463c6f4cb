/** A bundle is the body of this function. The head adds no line, so only columns of line 1 move. */
export const WRAPPER_HEAD = "(function(exports,module,require){";
export const WRAPPER_TAIL = "\n})";
