import { Dictionary } from './dictionary.js';
import { hashBytes } from './hash.js';

const decoder = new TextDecoder();

/** Strings of at most so many bytes fit two 32-bit words. */
const SHORT = 8;
/** How many short strings there is room for by their words at first, and at most. */
const FEW_RECENT = 256;
const MOST_RECENT = 4096;

/**
 * Finds the dictionary code of a string from its UTF-8 bytes, without making a JavaScript string for one that is known.
 * An open-addressing table over the bytes; the strings themselves are in the dictionary.
 */
export class ByteInterner {
  #slots = new Int32Array(256).fill(-1);
  #mask = 255;
  #hashes = new Int32Array(128);
  /** Where the bytes of the known strings begin and end in `#text`, by position in this table. */
  #starts = new Int32Array(129);
  #codes = new Int32Array(128);
  #text = new Uint8Array(2048);
  #size = 0;
  /** Short strings by a hash of their words: length, words and code, four numbers an entry. A length of 0 is none. */
  #recent = new Int32Array(FEW_RECENT * 4);
  #recentMask = FEW_RECENT - 1;

  constructor(readonly dictionary: Dictionary = new Dictionary()) {}

  /** The code of the string whose UTF-8 bytes are `bytes[from, to)`; invalid bytes read as U+FFFD. */
  intern(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (length > SHORT) return this.#find(bytes, from, to);
    let low = 0;
    let high = 0;
    const middle = length > 4 ? from + 4 : to;
    for (let i = from; i < middle; i++) low = (low << 8) | bytes[i];
    for (let i = middle; i < to; i++) high = (high << 8) | bytes[i];
    const mixed = Math.imul(low, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35) ^ length;
    const at = ((mixed ^ (mixed >>> 15)) & this.#recentMask) << 2;
    const recent = this.#recent;
    if (recent[at] === length && recent[at + 1] === low && recent[at + 2] === high && length > 0) {
      return recent[at + 3];
    }
    const code = this.#find(bytes, from, to);
    // Where it was new, there may be more room since, in which it has another place.
    if (recent !== this.#recent) return code;
    recent[at] = length;
    recent[at + 1] = low;
    recent[at + 2] = high;
    recent[at + 3] = code;
    return code;
  }

  #find(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashBytes(bytes, from, to);
    const slots = this.#slots;
    const mask = this.#mask;
    const starts = this.#starts;
    const text = this.#text;
    const length = to - from;
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot];
      if (entry < 0) return this.#add(bytes, from, to, hash, slot);
      if (this.#hashes[entry] === hash) {
        const start = starts[entry];
        if (starts[entry + 1] - start === length) {
          let i = 0;
          while (i < length && text[start + i] === bytes[from + i]) i++;
          if (i === length) return this.#codes[entry];
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  #add(bytes: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const entry = this.#size;
    if (entry === this.#hashes.length) this.#growEntries();
    const start = this.#starts[entry];
    const end = start + to - from;
    if (end > this.#text.length) this.#text = grown(this.#text, Math.max(end, this.#text.length * 2));
    this.#text.set(bytes.subarray(from, to), start);
    this.#starts[entry + 1] = end;
    this.#hashes[entry] = hash;
    const code = this.dictionary.intern(decoder.decode(bytes.subarray(from, to)));
    this.#codes[entry] = code;
    this.#slots[slot] = entry;
    this.#size = entry + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    const room = this.#recentMask + 1;
    // So much that few share a place.
    if (this.#size * 16 > room && room < MOST_RECENT) {
      this.#recent = new Int32Array(room * 16);
      this.#recentMask = room * 4 - 1;
    }
    return code;
  }

  #growEntries(): void {
    const capacity = this.#hashes.length * 2;
    const hashes = new Int32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const codes = new Int32Array(capacity);
    codes.set(this.#codes);
    this.#codes = codes;
    const starts = new Int32Array(capacity + 1);
    starts.set(this.#starts);
    this.#starts = starts;
  }

  #rehash(): void {
    const capacity = this.#slots.length * 2;
    const slots = new Int32Array(capacity).fill(-1);
    const mask = capacity - 1;
    for (let entry = 0; entry < this.#size; entry++) {
      let slot = this.#hashes[entry] & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>, capacity: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(capacity);
  next.set(bytes);
  return next;
}
