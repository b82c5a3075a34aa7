import { Reader } from '@platformatic/kafka';
import type { EntryReader } from '@platformatic/kafka';

/** Reads an answer as the client does, and believes no length that leads out of it or backwards: what a list claims to hold is bounded by its bytes. */
export class BoundedReader extends Reader {
  override skip(length: number): this {
    if (length < 0 || length > this.remaining) throw new RangeError('a length that leads out of the answer');
    return super.skip(length);
  }

  override readNullableString(compact = true, encoding: BufferEncoding = 'utf-8'): string | null {
    const length = compact ? this.#compact() : this.readInt16();
    return length === -1 ? null : this.#slice(length).toString(encoding);
  }

  override readNullableBytes(compact = true): Buffer | null {
    const length = compact ? this.#compact() : this.readInt32();
    return length === -1 ? null : this.#slice(length);
  }

  override readNullableArray<Item>(
    reader: EntryReader<Item>,
    compact = true,
    discardTrailingTaggedFields = true,
  ): Item[] | null {
    const length = compact ? this.#compact() : this.readInt32();
    if (length < 0) return null;
    const items: Item[] = [];
    for (let i = 0; i < length; i++) {
      const from = this.position;
      items.push(reader(this, i));
      if (discardTrailingTaggedFields) this.readTaggedFields();
      // What takes no bytes could be there any number of times.
      if (this.position <= from) throw new RangeError('a list of nothing');
    }
    return items;
  }

  /** Fields of later versions: how many, and of each its number and its length. */
  override readTaggedFields(): void {
    const count = this.readUnsignedVarInt();
    for (let i = 0; i < count; i++) {
      this.readUnsignedVarInt();
      this.skip(this.readUnsignedVarInt());
    }
  }

  #compact(): number {
    return this.readUnsignedVarInt() - 1;
  }

  #slice(length: number): Buffer {
    const from = this.position;
    this.skip(length);
    return this.buffer.slice(from, from + length);
  }
}
