import { INT64 } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { valueCounts } from './objects.js';

export const countDistinct = defineAggregate({
  name: 'countDistinct',
  doc: 'The exact number of distinct values; NaN is one, and -0 is 0. 0 for none.',
  signature: 'x: any',
  sql: args => `COUNT(DISTINCT ${args[0].replace(/^DISTINCT /, '')})`,
  duckdb: args => `count(DISTINCT ${args[0].replace(/^DISTINCT /, '')})`,
  adds: 'count',
  ordered: false,
  distinct: 'same',
  retracts: true,
  resolve(args) {
    requireArguments('countDistinct', args, 1, () => true, 'a value');
    return { type: INT64, nullable: false };
  },
  bind: (): BoundAggregate => ({
    parts: { values: valueCounts(0) },
    counts: false,
    valueOfNone: true,
    value: emit => ({ value: `${emit.part('values').lane('values')}.size` }),
  }),
  reference: rows => BigInt(new Set(rows.map(row => row.args[0])).size),
});
