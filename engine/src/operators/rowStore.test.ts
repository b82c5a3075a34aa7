import { expect, it } from 'vitest';
import { INT64 } from '../columns/types.js';
import { columnOf, valueAt } from '../columns/values.js';
import type { Column } from '../columns/column.js';
import { StoredColumn } from '../runtime/storedColumn.js';
import { RowStore } from './rowStore.js';

const WIDE = columnOf(INT64, [2n ** 62n]);
/** A quotient by zero: NULL, in a lane that holds no integer there. */
const HOLE: Column = {
  type: INT64,
  data: Float64Array.of(5, NaN),
  valid: Uint8Array.of(1, 0),
  dictionary: null,
};

it('goes wide with values beside which a NULL lies that is no integer', () => {
  for (const [first, second] of [
    [WIDE, HOLE],
    [HOLE, WIDE],
  ]) {
    const store = new RowStore({ fields: [{ name: 'x', type: INT64, nullable: true }] });
    store.append([first], 0, first.data.length);
    store.append([second], 0, second.data.length);
    const [kept] = store.view(0, store.used);
    const table = new StoredColumn(INT64, 8);
    table.write(first, first.data.length, Int32Array.of(0, 1));
    table.write(second, second.data.length, Int32Array.of(first.data.length, first.data.length + 1));
    const shown = table.gather(Int32Array.of(0, 1, 2));
    for (const column of [kept, shown])
      expect([0, 1, 2].map(row => valueAt(column, row))).toEqual(
        first === WIDE ? [2n ** 62n, 5n, null] : [5n, null, 2n ** 62n],
      );
  }
});
