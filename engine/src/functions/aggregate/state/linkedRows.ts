import type { PlainValue } from '../define.js';
import { OrderedRows, type OrderedRow } from './orderedRows.js';
import { RunningSum } from './runningSum.js';

/** What two rows that follow each other add to a sum. */
export type Link = (before: OrderedRow, after: OrderedRow) => number;

/** Rows in event order, with a sum over each two that follow each other, kept current as rows come in any order and go. */
export class LinkedRows extends OrderedRows {
  #links = new RunningSum();

  constructor(
    byValue: boolean,
    readonly link: Link,
  ) {
    super(byValue);
  }

  /** The sum over the links. */
  get total(): number {
    return this.#links.value;
  }

  protected override placed(before: OrderedRow | null, row: OrderedRow, after: OrderedRow | null): void {
    if (before !== null && after !== null) this.#links.subtract(this.link(before, after));
    if (before !== null) this.#links.add(this.link(before, row));
    if (after !== null) this.#links.add(this.link(row, after));
  }

  protected override displaced(before: OrderedRow | null, row: OrderedRow, after: OrderedRow | null): void {
    if (this.size < 2) {
      this.#links.clear();
      return;
    }
    if (before !== null) this.#links.subtract(this.link(before, row));
    if (after !== null) this.#links.subtract(this.link(row, after));
    if (before !== null && after !== null) this.#links.add(this.link(before, after));
  }

  override encode(): PlainValue {
    return { rows: super.encode(), links: this.#links.encode() };
  }

  static decodeLinked(byValue: boolean, link: Link, plain: PlainValue): LinkedRows {
    const { rows, links } = plain as { readonly rows: PlainValue; readonly links: PlainValue };
    const linked = new LinkedRows(byValue, link);
    linked.restore(rows);
    linked.#links = RunningSum.decode(links);
    return linked;
  }
}
