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
  readonly vectors: readonly (ArrowVector | null)[];
}

/** Reads the batches of an Arrow file or stream one by one. A batch is in memory whole; its arrays are read where they lie. */
export class ArrowBatches {
  readonly #dictionaries = new Map<number, ArrowVector>();
  readonly #valueTypes = new Map<number, ArrowTypeDescription>();
  #memory = new ArrayBuffer(0);
  /** Where the messages are that are still to be read; null: one behind the other. */
  readonly #places: number[] | null;
  #position: number;

  constructor(
    private readonly input: ByteInput,
    private readonly layout: ArrowLayout,
    /** The type of each field, null for those that are not read. */
    private readonly types: readonly (ArrowType | null)[],
    /** The first batch of a file that is wanted. */
    from = 0,
  ) {
    const { index } = layout;
    this.#places = index === null ? null : [...index.dictionaries, ...index.batches.slice(from)];
    this.#position = layout.start;
    for (const { type } of layout.fields) this.#noteDictionaries(type);
  }

  /** The next batch, or null at the end. */
  async next(): Promise<ArrowRows | null> {
    for (;;) {
      const message = await this.#message();
      if (message === null) return null;
      const layout = message.batch;
      if (layout === null) continue;
      if (message.kind === 'batch') return this.#rows(message, layout);
      await this.#dictionary(message, layout);
    }
  }

  async #message(): Promise<PlacedMessage | null> {
    const position = this.#places === null ? this.#position : this.#places.shift();
    if (position === undefined) return null;
    const message = await messageAt(this.input, position);
    if (message !== null) this.#position = message.end;
    return message;
  }

  async #rows(message: PlacedMessage, layout: ArrowBatchLayout): Promise<ArrowRows> {
    if (this.#memory.byteLength < message.bodyLength) this.#memory = new ArrayBuffer(message.bodyLength);
    const body = await this.#body(message, layout, this.#memory);
    const { fields } = this.layout;
    const vectors = vectorsOfBody(fields, this.types, body.layout, body.memory, this.#dictionaries);
    return { length: layout.length, vectors };
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
