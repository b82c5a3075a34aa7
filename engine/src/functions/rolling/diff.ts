import { FLOAT64, INT64, isNumeric } from '../../columns/types.js';
import { isInteger } from '../../columns/types.js';
import { requireArguments } from '../aggregate/errors.js';
import { defineRowFunction } from './define.js';
import { rowsOption } from './options.js';

/** Options: `rows`. */
export const diff = defineRowFunction({
  name: 'diff',
  doc: 'The value less the one so many rows before: int64 for integers, float64 elsewhere. NULL where either is.',
  signature: 'x: number, rows = 1',
  timed: false,
  resolve(args, options) {
    rowsOption('diff', options);
    requireArguments('diff', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: isInteger(args[0].type) ? INT64 : FLOAT64, nullable: true };
  },
  bind({ args, options }) {
    const rows = rowsOption('diff', options);
    const integer = isInteger(args[0].type);
    return {
      lanes: [],
      history: rows,
      row(emit) {
        const { exists, valid, value } = emit.previous(0, rows);
        const number = emit.numbers[0];
        const [left, right] = integer ? [emit.args[0], value] : [number, number.replace(emit.args[0], value)];
        const difference = `${left} - ${right}`;
        return {
          statements: '',
          present: [exists, valid, emit.valid[0]].filter(text => text !== null).join(' && '),
          value: integer && emit.wide && args[0].type.kind === 'int64' ? `int64(${difference})` : difference,
          exceeds: integer ? `!Number.isSafeInteger(Number(${difference}))` : null,
          exact: integer ? `int64(BigInt(${left}) - BigInt(${right}))` : null,
        };
      },
    };
  },
  sql: (args, over, options) => `${args[0]} - LAG(${args[0]}, ${rowsOption('diff', options)}) OVER (${over})`,
  duckdb(args, over, options, [{ type }]) {
    const number = `CAST(${args[0]} AS ${isInteger(type) ? 'BIGINT' : 'DOUBLE'})`;
    return `${number} - lag(${number}, ${rowsOption('diff', options)}) OVER (${over})`;
  },
  reference(rows, args, options) {
    const back = rowsOption('diff', options);
    const scale = args[0].type.kind === 'decimal' ? 10 ** args[0].type.scale : 1;
    const exact = isInteger(args[0].type);
    return rows.map((row, i) => {
      const now = row.args[0];
      const then = i < back ? null : rows[i - back].args[0];
      if (now === null || then === null) return null;
      return exact
        ? BigInt(now as bigint) - BigInt(then as bigint)
        : Number(now) / scale - Number(then) / scale;
    });
  },
});
