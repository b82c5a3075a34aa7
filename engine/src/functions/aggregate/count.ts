import { INT64 } from '../../columns/types.js';
import { defineAggregate } from './define.js';
import { requireCount } from './errors.js';

export const count = defineAggregate({
  name: 'count',
  doc: 'The number of rows, or of rows where the argument is not NULL. 0 for none.',
  signature: 'x?: any',
  sql: args => `COUNT(${args[0] ?? '*'})`,
  duckdb: args => `count(${args[0] ?? '*'})`,
  ordered: false,
  distinct: 'rows',
  retracts: true,
  adds: 'count',
  resolve(args) {
    requireCount('count', args, 0, 1);
    return { type: INT64, nullable: false };
  },
  bind: () => ({
    parts: {},
    counts: true,
    valueOfNone: true,
    value: emit => ({ value: emit.seen }),
  }),
  reference: rows => BigInt(rows.length),
});
