import { FLOAT64, INT64, isNumeric } from '../../columns/types.js';
import { defineAggregate, type AggregateArgument, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { presence } from './presence.js';
import { floatSum, integerSum } from './sums.js';

export const sum = defineAggregate({
  name: 'sum',
  doc: 'The sum of the values: exact int64 for integers (leaving it is an error), compensated float64 for floats. NULL for none.',
  signature: 'x: number',
  sql: args => `SUM(${args[0]})`,
  duckdb: (args, { args: [arg] }) =>
    isFloat(arg) ? `sum(${args[0]})` : `CAST(sum(${args[0]}) AS BIGINT)`,
  ordered: false,
  retractable: true,
  resolve(args) {
    requireArguments('sum', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: isFloat(args[0]) ? FLOAT64 : INT64, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    const float = isFloat(context.args[0]);
    const part = float ? floatSum('', context.retracting) : integerSum('');
    const seen = presence(context);
    return {
      lanes: [...part.lanes, ...seen.lanes],
      add: emit => part.add(emit, emit.args[0]) + seen.add(emit),
      retract: emit =>
        `${part.retract(emit, emit.args[0])} ${seen.retract(emit)} ` +
        `if (!(${seen.test(emit) ?? 'true'})) { ${part.clear(emit)} }`,
      merge: emit => part.merge(emit) + seen.merge(emit),
      value: emit => {
        if (float) return { present: seen.test(emit), value: part.number(emit), exceeds: null, exact: null };
        return {
          present: seen.test(emit),
          value: emit.lane('Low'),
          exceeds: `${emit.lane('High')} !== 0`,
          exact: `exactSum(${emit.lane('High')}, ${emit.lane('Low')})`,
        };
      },
    };
  },
  reference(rows, args) {
    if (rows.length === 0) return null;
    if (isFloat(args[0])) return rows.reduce((total, row) => total + Number(row.args[0]), 0);
    return rows.reduce((total, row) => total + BigInt(row.args[0] as number | bigint), 0n);
  },
});

function isFloat(arg: AggregateArgument): boolean {
  return arg.type.kind === 'float64';
}
