/**
 * Adds the function table to a WASM binary's exports. QuickJS calls a promise rejection tracker through that table,
 * and its package exports neither the table nor a way to set a tracker: this entry is all that is missing.
 */
export function exportTable(wasm: Uint8Array, name: string): Uint8Array {
  const parts: Uint8Array[] = [wasm.subarray(0, 8)];
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at];
    const size = readVarint(wasm, at + 1);
    const end = size.next + size.value;
    if (id === EXPORTS) parts.push(withEntry(wasm.subarray(size.next, end), name));
    else parts.push(wasm.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

const EXPORTS = 7;
const TABLE = 1;

function withEntry(section: Uint8Array, name: string): Uint8Array {
  const count = readVarint(section, 0);
  const entry = [name.length, ...Buffer.from(name, "latin1"), TABLE, 0];
  const body = [...varint(count.value + 1), ...section.subarray(count.next), ...entry];
  return Uint8Array.from([EXPORTS, ...varint(body.length), ...body]);
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}
