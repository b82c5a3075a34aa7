import { vectorsOfBody } from '../../codecs/arrowBody.js';
import { joinTexts } from '../../codecs/arrowDictionary.js';
import type { ArrowBatchLayout } from '../../codecs/arrowMessage.js';
import { arrowType } from '../../codecs/arrowType.js';
import type { ArrowTypeDescription } from '../../codecs/arrowType.js';
import type { ArrowType, ArrowVector } from '../../codecs/arrowVector.js';
import type { ByteInput } from '../../sources/bytes.js';
import { decompressed } from '../arrowBuffers.js';
import { messageAt } from './arrowFile.js';
import type { ArrowLayout, PlacedMessage } from './arrowFile.js';

/** The rows of one batch: an array for each field, null for those that are not read. Valid until the next is read. */
export interface ArrowRows {
  readonly length: number;
  /** Where it is. */
  readonly place: ArrowPlace;
  readonly vectors: readonly (ArrowVector | null)[];
}

/** Where a batch begins, for another reading to go on from. */
export interface ArrowPlace {
  /** How many batches lie before it. */
  readonly batch: number;
  /** Of a stream: the byte, and where the dictionaries are that are in force there. */
  readonly position: number;
  readonly dictionaries: readonly PlacedDictionary[];
}

interface PlacedDictionary {
  readonly id: number;
  readonly position: number;
}

/** Reads the batches of an Arrow file or stream one by one. A batch is in memory whole; its arrays are read where they lie. */
export class ArrowBatches {
  readonly #dictionaries = new Map<number, ArrowVector>();
  readonly #valueTypes = new Map<number, ArrowTypeDescription>();
  #memory = new ArrayBuffer(0);
  /** Where the messages are that are to be read first; behind them those of a stream follow one behind the other. */
  readonly #places: number[];
  #position: number;
  #batch: number;
  #placed: readonly PlacedDictionary[] = [];

  constructor(
    private readonly input: ByteInput,
    private readonly layout: ArrowLayout,
    /** The type of each field, null for those that are not read. */
    private readonly types: readonly (ArrowType | null)[],
    /** The first batch that is wanted: of a file by its number, of a stream by its place. */
    from: number | ArrowPlace = 0,
  ) {
    const { index } = layout;
    const place = typeof from === 'number' ? null : from;
    this.#batch = typeof from === 'number' ? from : from.batch;
    this.#places =
      index === null
        ? (place?.dictionaries ?? []).map(({ position }) => position)
        : [...index.dictionaries, ...index.batches.slice(this.#batch)];
    this.#position = place?.position ?? layout.start;
    for (const { type } of layout.fields) this.#noteDictionaries(type);
  }

  /** The next batch, or null at the end. */
  async next(): Promise<ArrowRows | null> {
    for (;;) {
      const { place } = this;
      const message = await this.#message();
      if (message === null) return null;
      const layout = message.batch;
      if (layout === null) continue;
      if (message.kind === 'batch') {
        this.#batch++;
        return this.#rows(message, layout, place);
      }
      this.#place(message);
      await this.#dictionary(message, layout);
    }
  }

  /** Where the next batch is, or what stands before it. */
  get place(): ArrowPlace {
    return { batch: this.#batch, position: this.#position, dictionaries: this.#placed };
  }

  /** Notes where a dictionary of a stream is; those that it takes the place of are not needed any more. */
  #place({ dictionary: id, isDelta, start }: PlacedMessage): void {
    if (this.layout.index !== null) return;
    const before = isDelta ? this.#placed : this.#placed.filter(each => each.id !== id);
    this.#placed = [...before, { id, position: start }];
  }

  async #message(): Promise<PlacedMessage | null> {
    const listed = this.#places.shift();
    if (listed === undefined && this.layout.index !== null) return null;
    const message = await messageAt(this.input, listed ?? this.#position);
    if (message !== null && listed === undefined) this.#position = message.end;
    return message;
  }

  async #rows(message: PlacedMessage, layout: ArrowBatchLayout, place: ArrowPlace): Promise<ArrowRows> {
    if (this.#memory.byteLength < message.bodyLength) this.#memory = new ArrayBuffer(message.bodyLength);
    const body = await this.#body(message, layout, this.#memory);
    const { fields } = this.layout;
    const vectors = vectorsOfBody(fields, this.types, body.layout, body.memory, this.#dictionaries);
    return { length: layout.length, vectors, place };
  }

  async #dictionary(message: PlacedMessage, layout: ArrowBatchLayout): Promise<void> {
    const id = message.dictionary;
    const description = this.#valueTypes.get(id);
    const type = description === undefined ? null : arrowType(description);
    if (description === undefined || type?.type.kind !== 'string') return;
    const body = await this.#body(message, layout, new ArrayBuffer(message.bodyLength));
    const field = { name: '', type: description };
    const [values] = vectorsOfBody([field], [type], body.layout, body.memory, this.#dictionaries);
    const known = this.#dictionaries.get(id);
    if (values === null) return;
    this.#dictionaries.set(id, message.isDelta && known !== undefined ? joinTexts(known, values) : values);
  }

  /** Reads a body into memory, and what is compressed in it into memory of its own. */
  async #body(message: PlacedMessage, layout: ArrowBatchLayout, memory: ArrayBuffer) {
    const { bodyLength } = message;
    const bytes = new Uint8Array(memory, 0, bodyLength);
    for (let filled = 0; filled < bodyLength;) {
      const read = await this.input.read(bytes, filled, bodyLength - filled, message.body + filled);
      if (read === 0) throw new RangeError('it ends in the middle of a batch');
      filled += read;
    }
    if (
      layout.regions.some(({ offset, length }) => offset < 0 || length < 0 || offset + length > bodyLength)
    ) {
      throw new RangeError('a buffer lies outside of its batch');
    }
    return layout.compression === null ? { layout, memory } : decompressed(this.layout.label, layout, bytes);
  }

  #noteDictionaries({ id, dictionary, children }: ArrowTypeDescription): void {
    if (id !== undefined && dictionary !== undefined) this.#valueTypes.set(id, dictionary);
    for (const child of children ?? []) this.#noteDictionaries(child.type);
  }
}
