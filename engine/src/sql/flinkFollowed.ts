import type { FollowedByNode } from '../plan/nodes/followedBy.js';
import { flinkName } from './flinkText.js';

/** The column of the place of a row, which no result has. */
const PLACE = flinkName('__place');

/** What history, then live rows are printed over. */
interface FollowedInput {
  /** The queries of both sides. */
  readonly from: readonly string[];
  readonly columns: string;
  /** Flink's event time of the rows, quoted; null: they have none. */
  readonly rowtime: string | null;
  readonly differs: (why: string) => void;
  readonly cannot: (why: string) => void;
}

/** The rows of history and of what follows it, each id once, as Flink finds it: by row number. */
export function firstOfEach(
  { by, identity, tells }: FollowedByNode,
  { from, columns, rowtime, differs, cannot }: FollowedInput,
): string {
  if (tells === 'events') cannot('Flink does not tell which rows are missing between two tables');
  if ('sequence' in identity && identity.last !== null)
    cannot('numbers that begin anew are no key in Flink: add a column to by that says which round it is');
  differs('Flink reads both sides at once, and does not wait for the end of history');
  differs('rows without a number or id count as one in Flink');
  const id = 'id' in identity ? identity.id : [identity.sequence];
  const key = [...by, ...id].map(flinkName).join(', ');
  const place = `ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${rowtime ?? 'PROCTIME()'} ASC) AS ${PLACE}`;
  return `SELECT ${columns} FROM (\n    SELECT *, ${place} FROM (${from.join(' UNION ALL ')})\n  ) WHERE ${PLACE} = 1`;
}
