import { INT64 } from '../../columns/types.js';
import { requireArguments } from '../aggregate/errors.js';
import { laneOf } from '../aggregate/lanes.js';
import type { StateLane } from '../aggregate/define.js';
import { defineRowFunction, type RowFunctionDefinition } from './define.js';

/** The number of the row within its key, from 1. */
export const rowNumber = defineRowFunction({
  name: 'rowNumber',
  doc: 'The number of the row among those of its key, from 1, in event order.',
  signature: '',
  timed: false,
  resolve(args) {
    requireArguments('rowNumber', args, 0, () => true, 'nothing');
    return { type: INT64, nullable: false };
  },
  bind: () => ({
    lanes: [{ name: 'rows', lane: 'float64', init: 0 }],
    history: 0,
    row: emit => ({
      statements: `${emit.lane('rows')} += 1;`,
      present: null,
      value: emit.lane('rows'),
      exceeds: null,
      exact: null,
    }),
  }),
  sql: (_args, over) => `ROW_NUMBER() OVER (${over})`,
  duckdb: (_args, over) => `row_number() OVER (${over})`,
  reference: rows => rows.map((_, i) => BigInt(i + 1)),
});

/** `rank` and `denseRank` by event time differ in what a new time adds. */
function rankOf(name: 'rank' | 'denseRank'): RowFunctionDefinition {
  const dense = name === 'denseRank';
  return defineRowFunction({
    name,
    doc: dense
      ? 'The number of distinct event times of the key up to this row: rows of one time have one rank, and no rank is left out.'
      : 'The number of rows of the key before those of this event time, and one: rows of one time have one rank.',
    signature: '',
    timed: true,
    resolve(args) {
      requireArguments(name, args, 0, () => true, 'nothing');
      return { type: INT64, nullable: false };
    },
    bind({ time }) {
      const lanes: StateLane[] = [
        { name: 'rank', lane: 'float64', init: 0 },
        { name: 'rows', lane: 'float64', init: 0 },
      ];
      if (time !== null) lanes.push({ name: 'time', lane: laneOf(time), init: 0 });
      return {
        lanes,
        history: 0,
        row(emit) {
          const isNew = `${emit.lane('rows')} === 0 || ${emit.time ?? '0'} !== ${emit.lane('time')}`;
          const next = dense ? `${emit.lane('rank')} + 1` : `${emit.lane('rows')} + 1`;
          return {
            statements:
              `if (${isNew}) { ${emit.lane('rank')} = ${next}; ${emit.lane('time')} = ${emit.time ?? '0'}; } ` +
              `${emit.lane('rows')} += 1;`,
            present: null,
            value: emit.lane('rank'),
            exceeds: null,
            exact: null,
          };
        },
      };
    },
    sql: (_args, over) => `${dense ? 'DENSE_RANK' : 'RANK'}() OVER (${over})`,
    duckdb: (_args, over) => `${dense ? 'dense_rank' : 'rank'}() OVER (${over})`,
    reference(rows) {
      const times = rows.map(row => row.time);
      return times.map(time => {
        const before = times.filter(other => other !== null && time !== null && other < time);
        return BigInt((dense ? new Set(before).size : before.length) + 1);
      });
    },
  });
}

/** The rank by event time. */
export const rank = rankOf('rank');
/** The rank by event time without gaps. */
export const denseRank = rankOf('denseRank');
