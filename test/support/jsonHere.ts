/**
 * How many characters of JSON this thread parsed and wrote while the work was done. It tells whether a large value was on this
 * thread, in whatever library, without measuring time.
 */
export async function jsonHere(work: () => Promise<unknown>): Promise<number> {
  const { parse, stringify } = JSON;
  let characters = 0;
  const count = (text: unknown): void => {
    if (typeof text === "string") characters += text.length;
  };
  JSON.parse = (text: string, ...more: []) => {
    count(text);
    return parse(text, ...more) as unknown;
  };
  JSON.stringify = ((value: unknown, ...more: []) => {
    const text = stringify(value, ...more);
    count(text);
    return text;
  }) as typeof JSON.stringify;
  try {
    await work();
  } finally {
    JSON.parse = parse;
    JSON.stringify = stringify;
  }
  return characters;
}
