/** So many keys are remembered; those that have not been seen for longest are forgotten first, and their rows told again. */
const MOST_KEYS = 1 << 18;
/** Longer keys are remembered by their digest. */
const LONGEST_KEY = 200;

const encoder = new TextEncoder();

/** Remembers of each key what was told last, by a digest of 64 bits. */
export class KnownRows {
  readonly #digests = new Map<string, string>();

  /** Whether the text of a key's row is another than the last time; remembers it. */
  isNews(key: string, bytes: Uint8Array, from: number, to: number): boolean {
    const name = key.length <= LONGEST_KEY ? key : longName(key);
    const text = digest(bytes, from, to);
    const digests = this.#digests;
    const before = digests.get(name);
    if (before !== undefined) digests.delete(name);
    else if (digests.size === MOST_KEYS) digests.delete(digests.keys().next().value as string);
    digests.set(name, text);
    return before !== text;
  }
}

function longName(key: string): string {
  const bytes = encoder.encode(key);
  return `${digest(bytes, 0, bytes.length)}:${bytes.length}`;
}

/** Two hashes of 32 bits, each over all bytes. */
function digest(bytes: Uint8Array, from: number, to: number): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = from; i < to; i++) {
    a = Math.imul(a ^ bytes[i], 0x01000193);
    b = Math.imul(b ^ bytes[i], 0x85ebca6b);
    b ^= b >>> 13;
  }
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16);
}
