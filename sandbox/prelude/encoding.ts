import {
  append,
  charCodeAt,
  define,
  fromCharCode,
  globalObject,
  NativeRangeError,
  NativeTypeError,
  NativeUint8Array,
  toLowerCase,
  trim,
} from "./intrinsics.ts";

/** As the language converts: a symbol throws. */
const toText = (value: unknown): string => `${value as number}`;

/** UTF-8, as the WHATWG Encoding standard has it; other encodings are refused. */
class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    const text = toText(input);
    const bytes = new NativeUint8Array(text.length * 3);
    const { written } = write(text, bytes);
    return new NativeUint8Array(bytes.buffer.slice(0, written));
  }

  encodeInto(input: unknown, target: Uint8Array): { read: number; written: number } {
    return write(toText(input), target);
  }
}

function write(text: string, target: Uint8Array): { read: number; written: number } {
  let read = 0;
  let at = 0;
  while (read < text.length) {
    let point = charCodeAt(text, read);
    let units = 1;
    if ((point & 0xf800) === 0xd800) {
      const low = charCodeAt(text, read + 1);
      if (point < 0xdc00 && (low & 0xfc00) === 0xdc00) {
        point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
        units = 2;
      } else point = 0xfffd;
    }
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (at + size > target.length) break;
    if (size === 1) target[at++] = point;
    else {
      target[at++] = (size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0) | (point >> (6 * (size - 1)));
      for (let shift = 6 * (size - 2); shift >= 0; shift -= 6) target[at++] = 0x80 | ((point >> shift) & 0x3f);
    }
    read += units;
  }
  return { read, written: at };
}

class TextDecoder {
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  /** Bytes of a character whose end has not come yet. */
  #pending: number[] = [];
  #atStart = true;

  constructor(label: unknown = "utf-8", options: { fatal?: unknown; ignoreBOM?: unknown } = {}) {
    const name = toLowerCase(trim(toText(label)));
    if (name !== "utf-8" && name !== "utf8" && name !== "unicode-1-1-utf-8") {
      throw new NativeRangeError(`TextDecoder knows UTF-8 only`);
    }
    this.#fatal = Boolean(options.fatal);
    this.#ignoreBOM = Boolean(options.ignoreBOM);
  }

  get encoding(): string {
    return "utf-8";
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: unknown } = {}): string {
    const fresh = bytesOf(input);
    const pending = this.#pending;
    this.#pending = [];
    const length = pending.length + fresh.length;
    const byte = (i: number): number => (i < pending.length ? pending[i] : fresh[i - pending.length]) as number;
    const stream = Boolean(options.stream);
    let text = "";
    let i = 0;
    while (i < length) {
      const size = sequence(byte(i));
      const found = size === 1 ? ([1, byte(i), false] as const) : multibyte(byte, i, length, size);
      const taken = found[0];
      const point = found[1];
      const cutOff = found[2];
      if (cutOff && stream) {
        for (; i < length; i++) append(this.#pending, byte(i));
        break;
      }
      if (point < 0 && this.#fatal) {
        this.#atStart = true;
        throw new NativeTypeError("the bytes are not UTF-8");
      }
      i += taken;
      const start = this.#atStart;
      this.#atStart = false;
      if (start && point === 0xfeff && !this.#ignoreBOM) continue;
      text += character(point < 0 ? 0xfffd : point);
    }
    if (!stream) this.#atStart = true;
    return text;
  }
}

/** Bytes that the first one announces; 0 when none can begin so. */
function sequence(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** Bytes taken, code point (-1: not UTF-8), and whether the text ended inside the character. */
function multibyte(
  byte: (i: number) => number,
  at: number,
  length: number,
  size: number,
): readonly [number, number, boolean] {
  if (size === 0) return [1, -1, false];
  const first = byte(at);
  let point = first & (0x7f >> size);
  for (let k = 1; k < size; k++) {
    if (at + k >= length) return [k, -1, true];
    const next = byte(at + k);
    const low = k > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = k > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (next < low || next > high) return [k, -1, false];
    point = (point << 6) | (next & 0x3f);
  }
  return [size, point, false];
}

function character(point: number): string {
  if (point < 0x10000) return fromCharCode(point);
  return fromCharCode(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
}

function bytesOf(input?: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (input === undefined) return new NativeUint8Array(0);
  if (ArrayBuffer.isView(input))
    return new NativeUint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength);
  return new NativeUint8Array(input);
}

export function installEncoding(): void {
  define(globalObject, "TextEncoder", TextEncoder);
  define(globalObject, "TextDecoder", TextDecoder);
}
