import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import { INT64, type Field } from '../columns/types.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import type { TopNNode } from './nodes/topN.js';
import type { Relation } from './relation.js';

/** The columns of a window. */
const OF_WINDOW = ['windowStart', 'windowEnd', 'windowTime'];
/** Those that say when it is complete: windows that begin together may end at different times. */
const ENDS = ['windowEnd', 'windowTime'];

/** Whether each group is complete once the watermark has passed its rows: they are windows, and come when these are final. */
export function endsWithWindows(
  node: Pick<TopNNode, 'within'>,
  input: Pick<Relation, 'time' | 'schema'>,
): boolean {
  return (
    input.time === 'windowTime' &&
    node.within.some(name => ENDS.includes(name)) &&
    OF_WINDOW.every(name => fieldIndex(input.schema, name) >= 0)
  );
}

/** What the first rows of groups are. */
export function bindTopN(node: TopNNode, input: Relation, requireColumn: (name: string) => Field): Relation {
  if (!Number.isSafeInteger(node.rows) || node.rows < 1) {
    throw new MillraceError(
      'MR2130',
      `topN() keeps a whole number of rows, one at least, not ${String(node.rows)}.`,
      'Write topN(3, { by: t => desc(t.notional) }).',
    );
  }
  for (const name of node.within) requireColumn(name);
  for (const { expr } of node.order) bind(expr, input.schema);
  const { rowNumber } = node;
  if (rowNumber !== null && fieldIndex(input.schema, rowNumber) >= 0) {
    throw new MillraceError(
      'MR2102',
      `two columns are called '${rowNumber}'.`,
      "Give the row number another name: { rowNumber: 'place' }.",
    );
  }
  const made: Field[] = rowNumber === null ? [] : [{ name: rowNumber, type: INT64, nullable: false }];
  const schema = { fields: [...input.schema.fields, ...made] };
  if (input.mode === 'append' && endsWithWindows(node, input)) return { ...input, schema };
  const key = rowNumber !== null ? [...node.within, rowNumber] : node.rows === 1 ? node.within : input.key;
  return { schema, time: input.time, mode: 'retract', key };
}

/** A top-N node in one line. */
export function topNText({ rows, order, within, rowNumber }: TopNNode): string {
  const by = order.map(({ expr, descending }) => `${exprText(expr)}${descending ? ' desc' : ''}`).join(', ');
  const each = within.length === 0 ? '' : ` within ${within.join(', ')}`;
  return `top ${rows} by ${by}${each}${rowNumber === null ? '' : `, ${rowNumber} = row number`}`;
}
