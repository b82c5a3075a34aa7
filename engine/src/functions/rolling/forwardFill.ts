import type { ReferenceValue } from '../aggregate/define.js';
import { requireArguments } from '../aggregate/errors.js';
import { laneOf } from '../aggregate/lanes.js';
import { defineRowFunction } from './define.js';

/** The last value that is not NULL. */
export const forwardFill = defineRowFunction({
  name: 'forwardFill',
  doc: 'The latest value that is not NULL, of this row or one before it. NULL before the first one.',
  signature: 'x: any',
  timed: false,
  resolve(args) {
    requireArguments('forwardFill', args, 1, () => true, 'a value');
    return { type: args[0].type, nullable: args[0].nullable };
  },
  bind: ({ args }) => ({
    lanes: [
      { name: 'value', lane: laneOf(args[0].type), init: 0 },
      { name: 'seen', lane: 'uint8', init: 0 },
    ],
    history: 0,
    row: emit => ({
      statements: `if (${emit.valid[0] ?? 'true'}) { ${emit.lane('value')} = ${emit.args[0]}; ${emit.lane('seen')} = 1; }`,
      present: emit.valid[0] === null ? null : `${emit.lane('seen')} !== 0`,
      value: emit.lane('value'),
      exceeds: null,
      exact: null,
    }),
  }),
  sql: (args, over) => `LAST_VALUE(${args[0]}) OVER (${over})`,
  duckdb: (args, over) => `last_value(${args[0]} IGNORE NULLS) OVER (${over})`,
  reference(rows) {
    let last: ReferenceValue = null;
    return rows.map(row => (last = row.args[0] ?? last));
  },
});
