import { textOf } from './decoder.js';
import { JsonSkipper, skipSpace } from './jsonSkipper.js';
import { ByteScanner } from './scanner.js';

/** How a JSON value is written. */
export type JsonForm = 'string' | 'number' | 'boolean' | 'null' | 'nested';

/** One key of an object with its value as text: a string's own characters, else the JSON. */
export interface JsonEntry {
  readonly key: string;
  readonly form: JsonForm;
  readonly text: string;
}

const scanner = new ByteScanner();
const skipper = new JsonSkipper(scanner);

/** The keys and values of the object `bytes[from, to)`, numbers digit for digit; null where it is no JSON object. `bytes[to]` is a line feed. */
export function jsonEntries(bytes: Uint8Array, from: number, to: number): JsonEntry[] | null {
  scanner.bytes = bytes;
  let p = skipSpace(bytes, from);
  if (bytes[p] !== 123 || skipper.skip(bytes, p, to) < 0) return null;
  const entries: JsonEntry[] = [];
  p = skipSpace(bytes, p + 1);
  while (bytes[p] === 34) {
    const keyEnd = skipper.skip(bytes, p, to);
    const key = stringOf(bytes, p, keyEnd);
    p = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1);
    const end = skipper.skip(bytes, p, to);
    const form = formOf(bytes[p]);
    const text = form === 'string' ? stringOf(bytes, p, end) : textOf(bytes, p, end);
    if (key === null || text === null) return null;
    entries.push({ key, form, text });
    p = skipSpace(bytes, end);
    if (bytes[p] === 44) p = skipSpace(bytes, p + 1);
  }
  return entries;
}

function formOf(first: number): JsonForm {
  if (first === 34) return 'string';
  if (first === 123 || first === 91) return 'nested';
  if (first === 110) return 'null';
  return first === 116 || first === 102 ? 'boolean' : 'number';
}

function stringOf(bytes: Uint8Array, from: number, to: number): string | null {
  try {
    return JSON.parse(textOf(bytes, from, to)) as string;
  } catch {
    return null;
  }
}
