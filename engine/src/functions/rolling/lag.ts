import { sameType, typeName } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import type { AggregateArgument } from '../aggregate/define.js';
import { AggregateArgumentError, requireArguments } from '../aggregate/errors.js';
import { defineRowFunction } from './define.js';
import { rowsOption } from './options.js';

/** The type of `lag` and `lead`: the value's, with NULL unless the default has none. */
export function resolveShift(
  name: string,
  args: readonly AggregateArgument[],
  options: CallOptions,
): AggregateArgument {
  rowsOption(name, options);
  requireArguments(name, args.slice(0, 1), 1, () => true, 'a value');
  const [value, fallback] = args;
  if (fallback === undefined) return { type: value.type, nullable: true };
  if (!sameType(value.type, fallback.type)) {
    throw new AggregateArgumentError(
      'MR3131',
      `the default of ${name}() is a ${typeName(fallback.type)}, and its value a ${typeName(value.type)}.`,
      'Cast one of them to the type of the other.',
    );
  }
  return { type: value.type, nullable: value.nullable || fallback.nullable };
}

/** Arguments: the value, and the default where it is given. Options: `rows`. */
export const lag = defineRowFunction({
  name: 'lag',
  doc: 'The value so many rows before this one; the default (NULL) where there is none.',
  signature: 'x: any, rows = 1, default?: any',
  timed: false,
  resolve: (args, options) => resolveShift('lag', args, options),
  bind({ options, args }) {
    const rows = rowsOption('lag', options);
    return {
      lanes: [],
      history: rows,
      row(emit) {
        const { exists, valid, value } = emit.previous(0, rows);
        const fallback = args.length < 2 ? null : { value: emit.args[1], valid: emit.valid[1] ?? 'true' };
        const zero = emit.wide && /int64|timestamp|decimal|duration/.test(args[0].type.kind) ? '0n' : '0';
        const is = emit.local('is');
        const held = emit.local('held');
        return {
          statements:
            `const ${is} = ${exists}; ` + `const ${held} = ${is} ? ${value} : ${fallback?.value ?? zero};`,
          present: `${is} ? ${valid} : ${fallback?.valid ?? 'false'}`,
          value: held,
          exceeds: null,
          exact: null,
        };
      },
    };
  },
  sql: (args, over, options) =>
    `LAG(${[args[0], rowsOption('lag', options), ...args.slice(1)].join(', ')}) OVER (${over})`,
  duckdb: (args, over, options) =>
    `lag(${[args[0], rowsOption('lag', options), ...args.slice(1)].join(', ')}) OVER (${over})`,
  reference(rows, _args, options) {
    const back = rowsOption('lag', options);
    return rows.map((row, i) => (i >= back ? rows[i - back].args[0] : (row.args[1] ?? null)));
  },
});
