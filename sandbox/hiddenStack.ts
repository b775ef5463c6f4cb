import type { Instance } from "./instance.ts";

/**
 * QuickJS writes a stack, frames only, into an error's own property `stack`, by an atom that it made with the runtime.
 * This makes a private name of that atom: the frames are then where no code finds them, except the prelude, which gets
 * the name as a symbol and builds `Error.prototype.stack` on it. Before any code runs. Returns a JSValue, to be freed.
 *
 * `JSRuntime` has the size of the atoms' hash table, three more numbers, the hash table, and the array of all atoms, in this
 * order. An atom is a JSString: reference count, length, hash (30 bits) and type (2 bits), next in its hash bucket, text.
 */
export function hideStack({ memory, native }: Instance, runtime: number): number {
  const bytes = Buffer.from(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const word = (at: number): number => words[at >> 2] ?? 0;
  const atom = onlyAtom(bytes);
  const [table, index] = placeOf(words, runtime, atom);
  const [array, buckets, size] = [word(table), word(table - 4), word(table - 20)];

  // Out of its bucket: the word that leads to it leads to what follows it.
  let link = buckets + 4 * (word(atom + HASH) & HASH_BITS & (size - 1));
  while (word(link) !== index) {
    if (word(link) === 0) throw OTHER_SHAPE;
    link = word(array + 4 * word(link)) + NEXT;
  }
  words[link >> 2] = word(atom + NEXT);
  // A symbol has its own index there.
  words[(atom + NEXT) >> 2] = index;
  words[(atom + HASH) >> 2] = ((TYPE_SYMBOL << 30) | HASH_PRIVATE) >>> 0;
  // The prelude keeps the symbol for good.
  words[atom >> 2] = word(atom) + 2;
  const value = native.malloc(8);
  new DataView(memory.buffer).setBigUint64(value, TAG_SYMBOL | BigInt(atom), true);
  return value;
}

function onlyAtom(bytes: Buffer): number {
  const found: number[] = [];
  for (let at = bytes.indexOf(TEXT); at >= 0; at = bytes.indexOf(TEXT, at + 1)) {
    const atom = at - HEADER;
    if (atom % 4 !== 0 || bytes.readUInt32LE(atom + 4) !== TEXT.length - 1) continue;
    if (bytes.readUInt32LE(atom + HASH) >>> 30 === TYPE_STRING) found.push(atom);
  }
  const [atom] = found;
  if (atom === undefined || found.length > 1) throw OTHER_SHAPE;
  return atom;
}

/** Address of the runtime's pointer to the array of atoms, and the atom's index in it. */
function placeOf(words: Uint32Array, runtime: number, atom: number): [table: number, index: number] {
  const found: [number, number][] = [];
  for (let at = runtime + 20; at < runtime + 256; at += 4) {
    const array = words[at >> 2] ?? 0;
    if (array === 0 || array % 4 !== 0) continue;
    const index = words.subarray(array >> 2, (array >> 2) + PREDEFINED_ATOMS).indexOf(atom);
    if (index > 0) found.push([at, index]);
  }
  const [place] = found;
  if (place === undefined || found.length > 1) throw OTHER_SHAPE;
  return place;
}

const OTHER_SHAPE = new Error("JSRuntime or JSString has another shape");
const TEXT = Buffer.from("stack\0", "latin1");
const HEADER = 16;
const HASH = 8;
const NEXT = 12;
const HASH_BITS = 0x3fffffff;
const TYPE_STRING = 1;
const TYPE_SYMBOL = 3;
/** What tells a private name from a symbol. */
const HASH_PRIVATE = 0x3fffffff;
/** More than QuickJS makes with a runtime. */
const PREDEFINED_ATOMS = 512;
/** Tag -8 in the upper half of a JSValue. */
const TAG_SYMBOL = 0xfffffff8_00000000n;
