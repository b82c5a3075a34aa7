import { RowsOfTable } from '../views/rowsOfTable.js';
import type { ArrangedSource, ViewSource } from '../views/viewSource.js';
import { ArrangedRows } from './arrangedRows.js';
import { checkedArrangement } from './arrangement.js';
import type { RowLog } from './rowLog.js';
import { RowTest } from './rowTest.js';
import type { TableIndexes } from './tableIndexes.js';

/** A table whose rows are arranged. */
interface Table extends ViewSource {
  readonly indexes: TableIndexes;
}

/** A table's rows as a reader has asked for them: see `MaterializedTable.arrange`. */
export function arrangedTable(table: Table, log: RowLog, arrangement: unknown): ArrangedSource {
  const { order, filter } = checkedArrangement(arrangement, table.schema);
  const test = new RowTest(filter, table.schema);
  // The order that a table has by its plan is made anew at every change: it is filtered as it is.
  if (order.length === 0 && table.isOrdered)
    return new ArrangedTable(table, true, new FilteredOrder(table, log, test));
  const rows = new ArrangedRows(log, order, test);
  table.indexes.add(rows);
  return new ArrangedTable(table, order.length > 0, {
    get size() {
      return rows.size;
    },
    positions: (from, limit) => rows.positions(from, limit),
    close: () => table.indexes.drop(rows),
  });
}

/** Which rows there are, and where. */
interface Places {
  readonly size: number;
  positions(from: number, limit: number): Int32Array;
  close(): void;
}

/** The rows that pass a filter, in the order that their table gives them. */
class FilteredOrder implements Places {
  #version = -1;
  #passing = new Int32Array(0);

  constructor(
    readonly table: ViewSource,
    readonly log: RowLog,
    readonly test: RowTest,
  ) {}

  get size(): number {
    return this.#sync().length;
  }

  positions(from: number, limit: number): Int32Array {
    const first = Math.max(0, from);
    return this.#sync().slice(first, first + Math.max(0, limit));
  }

  close(): void {
    this.#passing = new Int32Array(0);
  }

  #sync(): Int32Array {
    const { table, log, test } = this;
    if (this.#version === table.version) return this.#passing;
    const positions = table.positions(0, table.total);
    test.look(index => log.columns[index].lanes());
    this.#passing = positions.filter(position => test.passes(position));
    this.#version = table.version;
    return this.#passing;
  }
}

class ArrangedTable extends RowsOfTable implements ArrangedSource {
  constructor(
    table: ViewSource,
    readonly isOrdered: boolean,
    readonly places: Places,
  ) {
    super(table);
  }

  override get total(): number {
    return this.places.size;
  }

  positions(from: number, limit: number): Int32Array {
    return this.places.positions(from, limit);
  }

  /** Only charts are cut by time, and they have no order of their own. */
  firstAt(): number {
    return 0;
  }

  close(): void {
    this.places.close();
  }
}
