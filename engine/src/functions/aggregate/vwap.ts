import { FLOAT64, isNumeric } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { presence } from './presence.js';
import { floatSum } from './sums.js';

export const vwap = defineAggregate({
  name: 'vwap',
  doc: 'The volume-weighted average price: sum(price * size) / sum(size), as float64. NULL for no rows and for no volume.',
  signature: 'price: number, size: number',
  sql: args => `SUM(CAST(${args[0]} AS DOUBLE) * ${args[1]}) / NULLIF(SUM(CAST(${args[1]} AS DOUBLE)), 0)`,
  duckdb: ([price, size]) => `sum(CAST(${price} AS DOUBLE) * ${size}) / nullif(sum(CAST(${size} AS DOUBLE)), 0)`,
  ordered: false,
  retractable: true,
  resolve(args) {
    requireArguments('vwap', args, 2, arg => isNumeric(arg.type), 'numbers');
    return { type: FLOAT64, nullable: true };
  },
  bind(context): BoundAggregate {
    const notional = floatSum('notional', context.retracting);
    const volume = floatSum('volume', context.retracting);
    const seen = presence(context);
    const product = 'notionalOfRow';
    const both = (
      text: (value: string, part: typeof notional) => string,
      emit: { readonly numbers: readonly string[] },
    ): string =>
      `{ const ${product} = ${emit.numbers[0]} * ${emit.numbers[1]}; ${text(product, notional)} } ${text(emit.numbers[1], volume)}`;
    return {
      lanes: [...notional.lanes, ...volume.lanes, ...seen.lanes],
      add: emit => both((value, part) => part.add(emit, value), emit) + seen.add(emit),
      retract: emit =>
        `${both((value, part) => part.retract(emit, value), emit)} ${seen.retract(emit)} ` +
        `if (!(${seen.test(emit) ?? 'true'})) { ${notional.clear(emit)} ${volume.clear(emit)} }`,
      merge: emit => notional.merge(emit) + volume.merge(emit) + seen.merge(emit),
      value: emit => ({
        present: `${volume.number(emit)} !== 0`,
        value: `${notional.number(emit)} / ${volume.number(emit)}`,
        exceeds: null,
        exact: null,
      }),
    };
  },
  reference(rows) {
    const volume = rows.reduce((total, row) => total + Number(row.args[1]), 0);
    if (volume === 0) return null;
    return rows.reduce((total, row) => total + Number(row.args[0]) * Number(row.args[1]), 0) / volume;
  },
});
