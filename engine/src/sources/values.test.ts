import { describe, expect, it } from 'vitest';
import { fieldOf, sourceRequest, sourceRows, stillWorld } from '../../../tests/support/sourceRows.js';
import { encodeArrow } from '../codecs/arrow.js';
import { columnOf } from '../columns/values.js';
import { INT64, STRING, timestampType } from '../columns/types.js';
import { valuesConnector } from './values.js';

const fields = [fieldOf('ts', timestampType('ms')), fieldOf('s', STRING), fieldOf('n', INT64)];
const rows = [
  [1000n, 'a', 1n],
  [null, 'b', 2n],
  [3000n, null, 9007199254740993n],
  [2000n, 'a', null],
];
const arrow = encodeArrow(
  fields,
  fields.map((field, i) =>
    columnOf(
      field.type,
      rows.map(row => row[i]),
    ),
  ),
  rows.length,
);

describe('rows in memory', () => {
  it('come in their order, with the disorder of all of them as bound', async () => {
    const source = await valuesConnector.open(sourceRequest({ arrow }, { time: 'ts' }), stillWorld('.'));
    expect(source.summary).toMatchObject({ rows: 4, boundUs: 1e6, firstTime: 1e6, lastTime: 3e6 });
    for (const maxRows of [1, 2, 10]) {
      const read = await sourceRows(source, maxRows);
      expect(read.rows).toEqual([rows[0], rows[2], rows[3]]);
      expect(read.marks).toEqual([0, 2e6, 2e6]);
      expect(read.counters.rejects).toEqual([
        { position: 2, reason: "column 'ts' has no value, and is not nullable", text: '' },
      ]);
    }
  });

  it('are checked against a declared schema', async () => {
    const wrong = valuesConnector.open(
      sourceRequest({ arrow }, { fields: [fieldOf('s', INT64)] }),
      stillWorld('.'),
    );
    await expect(wrong).rejects.toThrow(/MR3302 column 's' of 'test' is string, not int64/);
    const absent = valuesConnector.open(
      sourceRequest({ arrow }, { fields: [fieldOf('m', INT64)] }),
      stillWorld('.'),
    );
    await expect(absent).rejects.toThrow(/MR3102/);
    await expect(valuesConnector.open(sourceRequest({}), stillWorld('.'))).rejects.toThrow(/MR3301/);
  });
});
