import { decimalType, FLOAT64, INT64, MAX_PRECISION } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { isSummable, sumOf } from './sums.js';

export const sum = defineAggregate({
  name: 'sum',
  doc: 'The sum of the values: exact int64 for integers, exact decimals and durations (leaving int64 is an error), compensated float64 for floats. NULL for none.',
  signature: 'x: number or duration',
  sql: args => `SUM(${args[0]})`,
  duckdb: (args, { args: [arg] }) =>
    arg.type.kind === 'float64' ? `sum(${args[0]})` : `CAST(sum(${args[0]}) AS ${castOf(arg.type)})`,
  ordered: false,
  distinct: 'rows',
  retracts: true,
  adds: 'sum',
  resolve(args) {
    requireArguments('sum', args, 1, isSummable, 'a number or a duration');
    const [{ type, nullable }] = args;
    if (type.kind === 'duration') return { type, nullable };
    if (type.kind === 'decimal') return { type: decimalType(MAX_PRECISION, type.scale), nullable };
    return { type: type.kind === 'float64' ? FLOAT64 : INT64, nullable };
  },
  bind(context): BoundAggregate {
    const total = sumOf(context.args, 0, context.retracting);
    const { type } = context.args[0];
    return {
      parts: { total },
      counts: false,
      value(emit) {
        const part = emit.part('total');
        if (type.kind === 'float64') return { value: total.number(part) };
        const [high, low] = [part.lane('high'), part.lane('low')];
        const digits = type.kind === 'decimal' ? MAX_PRECISION : 19;
        return {
          value: low,
          exceeds: `${high} !== 0${digits < 19 ? ` || ${low} >= 1e${digits} || ${low} <= -1e${digits}` : ''}`,
          exact: `exactSum(${high}, ${low}, ${digits})`,
        };
      },
    };
  },
  reference(rows, [{ type }]) {
    if (rows.length === 0) return null;
    if (type.kind === 'float64') return rows.reduce((total, row) => total + Number(row.args[0]), 0);
    return rows.reduce((total, row) => total + BigInt(row.args[0] as number | bigint), 0n);
  },
});

function castOf(type: Parameters<typeof sumOf>[0][number]['type']): string {
  return type.kind === 'decimal' ? `DECIMAL(${MAX_PRECISION}, ${type.scale})` : 'BIGINT';
}
