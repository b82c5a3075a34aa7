/** Rows a block: their numbers without the last so many bits. */
const BLOCK_BITS = 12;

interface Block {
  least: number;
  greatest: number;
  low: number;
  high: number;
  isStale: boolean;
}

/** Who has the rows that are looked through when a block has lost one of its ends. */
interface Rows {
  /** Calls back with the number and the value of each row between two numbers, in order. */
  each(from: number, to: number, row: (row: number, value: number) => void): void;
}

/** The ends of a column: the values, and the rows that have them. */
interface Ends {
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly greatest: number;
}

/**
 * The rows with the least and the greatest value of a column. They are known a block of row numbers, so that the loss of such a row costs a look through its
 * block, and the loss of the oldest rows, of which most tables lose most, next to nothing. Of rows that are alike the oldest stands.
 */
export class Extremes {
  readonly #blocks = new Map<number, Block>();
  #at = -1;
  #last: Block | undefined;
  #isStale = false;

  get bytes(): number {
    return 64 * this.#blocks.size;
  }

  clear(): void {
    this.#blocks.clear();
    this.#at = -1;
    this.#isStale = false;
  }

  /** A row is there. A value that is no number is none. */
  attach(row: number, value: number): void {
    if (value - value !== 0) return;
    const at = row >>> BLOCK_BITS;
    let block = this.#blockAt(at);
    if (block === undefined) {
      block = { least: 0, greatest: 0, low: Infinity, high: -Infinity, isStale: false };
      this.#blocks.set(at, block);
      this.#last = block;
    }
    if (!block.isStale) note(block, row, value);
  }

  /** A row goes, or is another one from now on. */
  detach(row: number): void {
    const block = this.#blockAt(row >>> BLOCK_BITS);
    if (block === undefined || (row !== block.least && row !== block.greatest)) return;
    block.isStale = true;
    this.#isStale = true;
  }

  /** @returns null where no row has a value. */
  ends(rows: Rows): Ends | null {
    if (this.#isStale) this.#goThroughStale(rows);
    let ends: Block | null = null;
    for (const block of this.#blocks.values()) {
      if (ends === null) {
        ends = { ...block };
        continue;
      }
      note(ends, block.least, block.low);
      note(ends, block.greatest, block.high);
    }
    return ends;
  }

  #blockAt(at: number): Block | undefined {
    if (at !== this.#at) {
      this.#at = at;
      this.#last = this.#blocks.get(at);
    }
    return this.#last;
  }

  #goThroughStale(rows: Rows): void {
    this.#isStale = false;
    for (const [at, block] of this.#blocks) {
      if (!block.isStale) continue;
      Object.assign(block, { least: 0, greatest: 0, low: Infinity, high: -Infinity, isStale: false });
      rows.each(at << BLOCK_BITS, (at + 1) << BLOCK_BITS, (row, value) => {
        if (value - value === 0) note(block, row, value);
      });
      if (block.least > 0) continue;
      this.#blocks.delete(at);
      this.#at = -1;
    }
  }
}

function note(block: Block, row: number, value: number): void {
  if (value < block.low || (value === block.low && row < block.least)) {
    block.low = value;
    block.least = row;
  }
  if (value > block.high || (value === block.high && row < block.greatest)) {
    block.high = value;
    block.greatest = row;
  }
}
