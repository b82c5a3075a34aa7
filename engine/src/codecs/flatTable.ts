/** A table of a FlatBuffer, which Arrow writes what it says of its data in: fields are found by number, and may be absent. */
export class FlatTable {
  readonly #vtable: number;
  readonly #size: number;

  constructor(
    private readonly view: DataView,
    /** Where the table is. */
    readonly at: number,
  ) {
    this.#vtable = at - view.getInt32(at, true);
    this.#size = view.getUint16(this.#vtable, true);
  }

  /** The table that a buffer begins with a pointer to. */
  static root(view: DataView, at = 0): FlatTable {
    return new FlatTable(view, at + view.getUint32(at, true));
  }

  byte(field: number, otherwise: number): number {
    const at = this.#find(field);
    return at < 0 ? otherwise : this.view.getInt8(at);
  }

  short(field: number, otherwise: number): number {
    const at = this.#find(field);
    return at < 0 ? otherwise : this.view.getInt16(at, true);
  }

  long(field: number): number {
    const at = this.#find(field);
    return at < 0 ? 0 : longAt(this.view, at);
  }

  table(field: number): FlatTable | null {
    const at = this.#find(field);
    return at < 0 ? null : new FlatTable(this.view, at + this.view.getUint32(at, true));
  }

  /** What `read` makes of each item of a list whose items are `width` bytes in place. */
  list<T>(field: number, width: number, read: (view: DataView, at: number) => T): T[] {
    const at = this.#find(field);
    if (at < 0) return [];
    const start = at + this.view.getUint32(at, true);
    const length = this.view.getUint32(start, true);
    if (length * width > this.view.byteLength) throw new RangeError('a list is longer than what holds it');
    return Array.from({ length }, (_, i) => read(this.view, start + 4 + i * width));
  }

  #find(field: number): number {
    const entry = 4 + 2 * field;
    const offset = entry < this.#size ? this.view.getUint16(this.#vtable + entry, true) : 0;
    return offset === 0 ? -1 : this.at + offset;
  }
}

/** A 64-bit integer that is a safe number: a length, a position. */
export function longAt(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}
