import { FLOAT64, isNumeric } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { floatSum, integerSum } from './sums.js';

export const avg = defineAggregate({
  name: 'avg',
  doc: 'The mean of the values, as float64. NULL for none.',
  signature: 'x: number',
  sql: args => `AVG(CAST(${args[0]} AS DOUBLE))`,
  duckdb: args => `avg(${args[0]})`,
  ordered: false,
  retractable: true,
  resolve(args) {
    requireArguments('avg', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    const float = context.args[0].type.kind === 'float64';
    const part = float ? floatSum('', context.retracting) : integerSum('');
    return {
      lanes: [...part.lanes, { name: 'seen', lane: 'float64', init: 0 }],
      add: emit => `${part.add(emit, emit.args[0])} ${emit.lane('seen')} += 1;`,
      retract: emit =>
        `${part.retract(emit, emit.args[0])} ${emit.lane('seen')} -= 1; ` +
        `if (${emit.lane('seen')} === 0) { ${part.clear(emit)} }`,
      merge: emit => `${part.merge(emit)} ${emit.lane('seen')} += ${emit.other('seen')};`,
      value: emit => ({
        present: `${emit.lane('seen')} > 0`,
        value: `${part.number(emit)} / ${emit.lane('seen')}`,
        exceeds: null,
        exact: null,
      }),
    };
  },
  reference(rows) {
    if (rows.length === 0) return null;
    return rows.reduce((total, row) => total + Number(row.args[0]), 0) / rows.length;
  },
});
