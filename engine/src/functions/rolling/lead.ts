import { defineRowFunction } from './define.js';
import { resolveShift } from './lag.js';
import { rowsOption } from './options.js';

/**
 * Arguments: the value, and the default where it is given. Options: `rows`. It looks ahead, so it has no text of its own: an
 * operator keeps rows back until those that they ask for have come.
 */
export const lead = defineRowFunction({
  name: 'lead',
  doc: 'The value so many rows after this one; the default (NULL) at the end. Rows wait for it, and those behind them too.',
  signature: 'x: any, rows = 1, default?: any',
  timed: false,
  resolve: (args, options) => resolveShift('lead', args, options),
  bind() {
    throw new Error('lead() has an operator of its own');
  },
  sql: () => null,
  duckdb: (args, over, options) =>
    `lead(${[args[0], rowsOption('lead', options), ...args.slice(1)].join(', ')}) OVER (${over})`,
  reference(rows, _args, options) {
    const ahead = rowsOption('lead', options);
    return rows.map((row, i) => (i + ahead < rows.length ? rows[i + ahead].args[0] : (row.args[1] ?? null)));
  },
});
