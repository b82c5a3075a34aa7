import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import type { ViewSource } from './viewSource.js';

/** Some of a table's rows, or all of them in another order: the rows themselves are the table's. */
export abstract class RowsOfTable<Table extends ViewSource = ViewSource> implements ViewSource {
  constructor(readonly table: Table) {}

  abstract readonly isOrdered: boolean;
  abstract positions(from: number, limit: number): Int32Array;
  abstract firstAt(time: EventTime, limit: number): number;

  get schema(): Schema {
    return this.table.schema;
  }

  get hasStates(): boolean {
    return this.table.hasStates;
  }

  get total(): number {
    return this.table.total;
  }

  get version(): number {
    return this.table.version;
  }

  get generation(): number {
    return this.table.generation;
  }

  get maxTime(): EventTime {
    return this.table.maxTime;
  }

  rowId(position: number): number {
    return this.table.rowId(position);
  }

  rowVersion(position: number): number {
    return this.table.rowVersion(position);
  }

  rowState(position: number): number {
    return this.table.rowState(position);
  }

  gather(positions: Int32Array): Column[] {
    return this.table.gather(positions);
  }
}
