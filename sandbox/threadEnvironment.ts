/** The environment of a thread that needs nothing of the host's: where Node keeps compiled code, if it does. */
export function threadEnvironment(): { readonly NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}
