import { INT64 } from '../../columns/types.js';
import { defineAggregate } from './define.js';
import { AggregateArgumentError } from './errors.js';

export const count = defineAggregate({
  name: 'count',
  doc: 'The number of rows, or of rows where the argument is not NULL. 0 for none.',
  signature: 'x?: any',
  sql: args => `COUNT(${args[0] ?? '*'})`,
  duckdb: args => `count(${args[0] ?? '*'})`,
  ordered: false,
  retractable: true,
  resolve(args) {
    if (args.length > 1)
      throw new AggregateArgumentError('MR3102', `count() takes at most 1 argument, not ${args.length}.`);
    return { type: INT64, nullable: false };
  },
  bind: () => ({
    lanes: [{ name: 'count', lane: 'float64', init: 0 }],
    add: emit => `${emit.lane('count')} += 1;`,
    retract: emit => `${emit.lane('count')} -= 1;`,
    merge: emit => `${emit.lane('count')} += ${emit.other('count')};`,
    value: emit => ({ present: null, value: emit.lane('count'), exceeds: null, exact: null }),
  }),
  reference: rows => BigInt(rows.length),
});
