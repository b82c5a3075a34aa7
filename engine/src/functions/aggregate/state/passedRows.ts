import type { PlainValue } from '../define.js';
import type { HeldValue } from './held.js';
import type { Link } from './linkedRows.js';
import type { OrderedRow } from './orderedRows.js';
import { RunningSum } from './runningSum.js';

/**
 * What `LinkedRows` says of its rows, where these come in event order and stay: the first, the last, and the sum over each two that follow each
 * other are enough, however many there are.
 */
export class PassedRows {
  size = 0;
  #first: OrderedRow | null = null;
  #last: OrderedRow | null = null;
  #links = new RunningSum();

  constructor(readonly link: Link) {}

  add(time: HeldValue, sequence: HeldValue, value: HeldValue): void {
    const row = { time, sequence, value };
    if (this.#last !== null) this.#links.add(this.link(this.#last, row));
    this.#first ??= row;
    this.#last = row;
    this.size++;
  }

  /** Goes on with another group's rows, which are after this one's. */
  merge(other: PassedRows): void {
    if (other.#first === null) return;
    if (this.#last === null) {
      this.#links = RunningSum.decode(other.#links.encode());
    } else {
      this.#links.add(this.link(this.#last, other.#first));
      this.#links.add(other.total);
    }
    this.#first ??= other.#first;
    this.#last = other.#last;
    this.size += other.size;
  }

  get total(): number {
    return this.#links.value;
  }

  last(): HeldValue {
    return this.#last!.value;
  }

  firstTime(): HeldValue {
    return this.#first!.time;
  }

  lastTime(): HeldValue {
    return this.#last!.time;
  }

  encode(): PlainValue {
    return {
      size: this.size,
      first: this.#first as PlainValue,
      last: this.#last as PlainValue,
      links: this.#links.encode(),
    };
  }

  static decode(link: Link, plain: PlainValue): PassedRows {
    const { size, first, last, links } = plain as Record<string, PlainValue>;
    const rows = new PassedRows(link);
    rows.size = size as number;
    rows.#first = first as OrderedRow | null;
    rows.#last = last as OrderedRow | null;
    rows.#links = RunningSum.decode(links);
    return rows;
  }
}
