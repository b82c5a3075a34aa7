import type { Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { SnapshotError, type SnapshotValue, type StateReader, type StateWriter } from './snapshot.js';

/**
 * The bytes of a snapshot, little-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | `MRSN` |
 * | 4–5 | major version: another one is refused |
 * | 6–7 | minor version: a newer one can be read |
 * | 8–11 | length of the header |
 * | 12–15 | checksum of the header's length and of all bytes from 16 on |
 * | 16–… | header: JSON, UTF-8, padded with spaces to a multiple of 8 bytes |
 * | …  | the arrays, each at a multiple of 8 bytes |
 */
const MAGIC = 0x4e53524d;
const MAJOR = 2;
const MINOR = 0;
const PREFIX = 16;

const LANES = {
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  i64: BigInt64Array,
} as const;
type LaneName = keyof typeof LANES;

/** Where an array lies among the arrays: its first byte and its elements. */
interface Place {
  readonly type: LaneName;
  readonly at: number;
  readonly length: number;
}

interface Texts {
  readonly text: Place;
  readonly lengths: Place;
}

interface Section {
  values: Record<string, unknown>;
  lanes: Record<string, Place>;
  strings: Record<string, Texts>;
  dictionaries: Record<string, number>;
  sections: Record<string, Section>;
}

const empty = (): Section => ({
  values: Object.create(null) as Section['values'],
  lanes: Object.create(null) as Section['lanes'],
  strings: Object.create(null) as Section['strings'],
  dictionaries: Object.create(null) as Section['dictionaries'],
  sections: Object.create(null) as Section['sections'],
});

/**
 * Collects a snapshot. Writing copies arrays, which is all that an operator waits for; `encode` makes the bytes and can be called
 * later, while the operator goes on.
 *
 * @example
 * const writer = new SnapshotWriter();
 * operator.snapshot(writer);
 * const bytes = writer.encode();
 */
export class SnapshotWriter implements StateWriter {
  readonly #root: SnapshotWriter;
  readonly #section: Section;
  readonly #arrays: (Lane | readonly string[])[] = [];
  readonly #dictionaries = new Map<Dictionary, number>();
  readonly #pending: (() => void)[] = [];
  #bytes = 0;

  constructor(root?: SnapshotWriter, section: Section = empty()) {
    this.#root = root ?? this;
    this.#section = section;
  }

  value(name: string, value: SnapshotValue): void {
    this.#section.values[name] = plain(value);
  }

  lane(name: string, lane: Lane, length = lane.length): void {
    this.#section.lanes[name] = this.#root.#place(lane.slice(0, length));
  }

  strings(name: string, texts: readonly string[]): void {
    const copy = texts.slice();
    const section = this.#section;
    const root = this.#root;
    root.#pending.push(() => (section.strings[name] = root.#placeTexts(copy)));
  }

  dictionary(name: string, dictionary: Dictionary): void {
    const root = this.#root;
    let number = root.#dictionaries.get(dictionary);
    if (number === undefined) {
      number = root.#dictionaries.size;
      root.#dictionaries.set(dictionary, number);
      root.strings(`dictionary ${number}`, dictionary.strings());
    }
    this.#section.dictionaries[name] = number;
  }

  section(name: string): StateWriter {
    const section = empty();
    this.#section.sections[name] = section;
    return new SnapshotWriter(this.#root, section);
  }

  #place(lane: Lane): Place {
    const place = { type: laneName(lane), at: this.#bytes, length: lane.length };
    this.#arrays.push(lane);
    this.#bytes += padded(lane.byteLength);
    return place;
  }

  /** Texts as one run of UTF-8, and the length of each in UTF-16 units. */
  #placeTexts(texts: readonly string[]): Texts {
    const text = this.#place(new TextEncoder().encode(texts.join('')));
    return { text, lengths: this.#place(Int32Array.from(texts, each => each.length)) };
  }

  /** The bytes of everything written to the root. */
  encode(): Uint8Array {
    if (this.#root !== this) return this.#root.encode();
    for (const work of this.#pending.splice(0)) work();
    const json = new TextEncoder().encode(JSON.stringify(this.#section));
    const header = padded(json.length);
    const bytes = new Uint8Array(PREFIX + header + this.#bytes);
    bytes.fill(0x20, PREFIX, PREFIX + header);
    bytes.set(json, PREFIX);
    let at = PREFIX + header;
    for (const array of this.#arrays as readonly Lane[]) {
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
      at += padded(array.byteLength);
    }
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint16(4, MAJOR, true);
    view.setUint16(6, MINOR, true);
    view.setUint32(8, header, true);
    view.setUint32(12, checksum(bytes, header), true);
    return bytes;
  }
}

/**
 * Reads a snapshot.
 *
 * @throws SnapshotError `MR3401` for bytes that are no snapshot or are damaged, `MR3402` for another major version
 */
export function readSnapshot(bytes: Uint8Array): StateReader {
  // Arrays are viewed in place, so they have to begin at multiples of 8 bytes.
  const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
  if (own.length < PREFIX || view.getUint32(0, true) !== MAGIC) {
    throw new SnapshotError('MR3401', 'This is no snapshot: it does not begin as one.', null);
  }
  const major = view.getUint16(4, true);
  if (major !== MAJOR) {
    throw new SnapshotError(
      'MR3402',
      `The snapshot is of version ${major}, and this Millrace reads version ${MAJOR}.`,
      'Replay its source from the start, or open it with the Millrace that wrote it.',
    );
  }
  const header = view.getUint32(8, true);
  if (
    own.length % 8 !== 0 ||
    PREFIX + header > own.length ||
    view.getUint32(12, true) !== checksum(own, header)
  ) {
    throw new SnapshotError(
      'MR3401',
      'The snapshot is damaged: its checksum differs.',
      'Replay its source from the start.',
    );
  }
  const json = new TextDecoder().decode(own.subarray(PREFIX, PREFIX + header));
  const root = JSON.parse(json) as Section;
  return new SnapshotReader({ root, bytes: own, body: PREFIX + header, dictionaries: new Map() }, root);
}

interface Source {
  readonly root: Section;
  readonly bytes: Uint8Array;
  readonly body: number;
  readonly dictionaries: Map<number, Dictionary>;
}

class SnapshotReader implements StateReader {
  constructor(
    readonly source: Source,
    readonly from: Section,
  ) {}

  has(name: string): boolean {
    return (['values', 'lanes', 'strings', 'dictionaries', 'sections'] as const).some(kind =>
      Object.hasOwn(this.from[kind], name),
    );
  }

  value(name: string): SnapshotValue {
    return lively(this.#find('values', name));
  }

  lane(name: string): Lane {
    return this.#lane(this.#find('lanes', name));
  }

  #lane({ type, at, length }: Place): Lane {
    const { bytes, body } = this.source;
    return new LANES[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + body + at, length).slice();
  }

  strings(name: string): readonly string[] {
    const { text, lengths } = this.#find('strings', name);
    const all = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#lane(text) as Uint8Array);
    let at = 0;
    return Array.from(this.#lane(lengths) as Int32Array, length => all.slice(at, (at += length)));
  }

  dictionary(name: string): Dictionary {
    const number = this.#find('dictionaries', name);
    let dictionary = this.source.dictionaries.get(number);
    if (dictionary === undefined) {
      const root = new SnapshotReader(this.source, this.source.root);
      dictionary = new Dictionary(root.strings(`dictionary ${number}`));
      this.source.dictionaries.set(number, dictionary);
    }
    return dictionary;
  }

  section(name: string): StateReader {
    return new SnapshotReader(this.source, this.#find('sections', name));
  }

  #find<Kind extends keyof Section>(kind: Kind, name: string): Section[Kind][string] {
    if (Object.hasOwn(this.from[kind], name)) return this.from[kind][name] as Section[Kind][string];
    throw new SnapshotError(
      'MR3403',
      `The snapshot has no ${kind} '${name}': it is of another plan.`,
      'Replay its source from the start.',
    );
  }
}

function laneName(lane: Lane): LaneName {
  if (lane instanceof Float64Array) return 'f64';
  if (lane instanceof Int32Array) return 'i32';
  return lane instanceof BigInt64Array ? 'i64' : 'u8';
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/**
 * A 32-bit checksum of the header's length and the bytes after the prefix, word by word (the mixing of MurmurHash3). `| 0` keeps the sum
 * an integer in the machine, which takes a third of the time.
 */
function checksum(bytes: Uint8Array, header: number): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + PREFIX, (bytes.length - PREFIX) >> 2);
  let hash = header | 0;
  for (let i = 0; i < words.length; i++) {
    const mixed = Math.imul(words[i], 0xcc9e2d51);
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  return hash >>> 0;
}

/** A value as JSON: what JSON cannot say is an object with the one name `$`. */
function plain(value: SnapshotValue): unknown {
  if (typeof value === 'bigint') return { $: 'bigint', value: String(value) };
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $: 'number', value: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (Array.isArray(value)) return (value as readonly SnapshotValue[]).map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.entries(value).map(([name, each]) => [name, plain(each)] as const);
  return { $: 'object', value: names };
}

function lively(value: unknown): SnapshotValue {
  if (Array.isArray(value)) return value.map(lively);
  if (typeof value !== 'object' || value === null) return value as SnapshotValue;
  const tagged = value as { $: string; value: unknown };
  if (tagged.$ === 'bigint') return BigInt(tagged.value as string);
  if (tagged.$ === 'number') return Number(tagged.value);
  const names = (tagged.value as [string, unknown][]).map(([name, each]) => [name, lively(each)] as const);
  return Object.fromEntries(names);
}
