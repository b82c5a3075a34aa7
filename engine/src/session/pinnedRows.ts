import type { Column } from '../columns/column.js';
import { typeName, type Field } from '../columns/types.js';
import { valueAt, type Value } from '../columns/values.js';
import { hashText } from '../plan/hash.js';
import type { MaterializedTable } from '../runtime/table.js';
import type { PinnedBlock, ResultPin, RowTexts } from '../sources/pin.js';
import { columnTexts } from './columnTexts.js';

/** Up to here all rows are kept, so that differences can be shown; beyond, hashes of blocks. */
const MOST_ROWS = 10_000;
const MOST_CHARACTERS = 1_000_000;
/** A block has at least so many rows, and there are about so many blocks at most. */
const BLOCK_ROWS = 1000;
const MOST_BLOCKS = 1000;
/** The first row of a block is cut to so many characters a cell: it is for people. */
const SHOWN_CHARACTERS = 60;

/** The rows of a final table in an order of their own: by the key, then by the other columns. Order of arrival is no part of a result. */
export class SortedRows {
  readonly length: number;
  readonly columns: ResultPin['columns'];
  readonly #order: Int32Array;
  readonly #texts: readonly ((row: number) => string | null)[];
  /** Which columns tell a row from its neighbours: the key, or all. */
  readonly #sorting: readonly number[];

  constructor(
    table: Pick<MaterializedTable, 'total' | 'positions' | 'gather'>,
    fields: readonly Field[],
    readonly key: readonly string[],
  ) {
    const columns = table.gather(table.positions(0, table.total));
    this.length = table.total;
    this.columns = fields.map(({ name, type }) => [name, typeName(type)]);
    this.#texts = columns.map(columnTexts);
    const keys = key.map(name => fields.findIndex(field => field.name === name));
    this.#sorting = keys.length > 0 ? keys : fields.map((_, at) => at);
    const others = fields.map((_, at) => at).filter(at => !keys.includes(at));
    this.#order = sorted(
      [...keys, ...others].map(at => columns[at]),
      this.length,
    );
  }

  /** The texts of a row. */
  row(at: number): RowTexts {
    const position = this.#order[at];
    return this.#texts.map(text => text(position));
  }

  /** What tells a row from its neighbours. */
  keyOf(row: RowTexts): string {
    return JSON.stringify(this.#sorting.map(at => row[at]));
  }
}

/** What is pinned of a result. */
export function pinOfRows(rows: SortedRows): ResultPin {
  const perBlock = Math.max(BLOCK_ROWS, Math.ceil(rows.length / MOST_BLOCKS));
  const hash = new RowsHash();
  const blocks: PinnedBlock[] = [];
  let kept: RowTexts[] | null = rows.length <= MOST_ROWS ? [] : null;
  let characters = 0;
  for (let from = 0; from < rows.length; from += perBlock) {
    const to = Math.min(rows.length, from + perBlock);
    const block = new RowsHash();
    for (let at = from; at < to; at++) {
      const row = rows.row(at);
      const text = JSON.stringify(row);
      block.add(text);
      characters += text.length;
      if (characters > MOST_CHARACTERS) kept = null;
      kept?.push(row);
    }
    hash.addAll(block);
    const first = rows.row(from);
    blocks.push({
      at: hashText(rows.keyOf(first)),
      first: first.map(text => (text === null ? null : text.slice(0, SHOWN_CHARACTERS))),
      rows: to - from,
      hash: block.text,
    });
  }
  const { columns, key, length } = rows;
  const facts = { columns, key, rows: length, hash: hash.text };
  return kept === null ? { ...facts, blocks } : { ...facts, all: kept };
}

/** A hash of rows in any order: the sum of the rows' own. Sums of blocks are the sum of all of their rows. */
export class RowsHash {
  readonly #lanes = new Uint32Array(4);

  add(row: string): void {
    this.addText(hashText(row));
  }

  addText(hash: string): void {
    for (let lane = 0; lane < 4; lane++) {
      this.#lanes[lane] += Number.parseInt(hash.slice(lane * 8, lane * 8 + 8), 16);
    }
  }

  addAll(other: RowsHash): void {
    for (let lane = 0; lane < 4; lane++) this.#lanes[lane] += other.#lanes[lane];
  }

  /** 32 hexadecimal digits. */
  get text(): string {
    return [...this.#lanes].map(lane => lane.toString(16).padStart(8, '0')).join('');
  }
}

function sorted(columns: readonly Column[], length: number): Int32Array {
  const order = Int32Array.from({ length }, (_, row) => row);
  return order.sort((a, b) => {
    for (const column of columns) {
      const difference = compared(valueAt(column, a), valueAt(column, b));
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

/** NULL comes first, NaN last. */
function compared(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (a !== a || b !== b) return (a === a ? 0 : 1) - (b === b ? 0 : 1);
  return a < b ? -1 : a > b ? 1 : 0;
}
