import v8 from "node:v8";

/** V8's own. */
const FRAMES = 10;

/**
 * Makes what runs workflow code with stacks of one frame. The SDK notes a mapped stack for every promise that is made
 * there, and with ten frames that is a third of what a step costs the workflow's thread. `Error.stackTraceLimit` cannot be
 * set in there (the SDK freezes it), but a context takes V8's flag when it is made; what is made before and after has ten.
 * Lost is the Web UI's stack of our own workflow code: authors' stacks come from their own VM.
 */
export async function withShortStacks<T>(make: () => Promise<T>): Promise<T> {
  v8.setFlagsFromString("--stack-trace-limit=1");
  try {
    return await make();
  } finally {
    v8.setFlagsFromString(`--stack-trace-limit=${FRAMES}`);
  }
}
