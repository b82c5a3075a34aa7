import { MillraceError } from '../columns/error.js';
import { INT64, type Field } from '../columns/types.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import type { RankNode } from './nodes/rank.js';
import type { Relation } from './relation.js';

/** What a rank node puts out: the rows that there are in the end, with a column more for each rank. */
export function bindRank(node: RankNode, input: Relation, requireColumn: (name: string) => Field): Relation {
  for (const name of node.within) requireColumn(name);
  for (const { expr } of node.order) bind(expr, input.schema);
  if (node.columns.length === 0) {
    throw new MillraceError(
      'MR2131',
      'rank() names no column for the ranks.',
      "Name one: rank({ by: t => desc(t.price), rank: 'place' }); denseRank and rowNumber name others.",
    );
  }
  const fields = [...input.schema.fields];
  for (const { name, rank } of node.columns) {
    if (fields.some(field => field.name === name)) {
      throw new MillraceError(
        'MR2102',
        `two columns are called '${name}'.`,
        `Give the ranks another name: rank({ …, ${rank}: 'place' }).`,
      );
    }
    fields.push({ name, type: INT64, nullable: false });
  }
  const time = input.mode === 'append' ? input.time : null;
  return { schema: { fields }, time, mode: 'append', key: null };
}

/** A rank node in one line. */
export function rankText({ order, within, columns }: RankNode): string {
  const by = order.map(({ expr, descending }) => `${exprText(expr)}${descending ? ' desc' : ''}`).join(', ');
  const each = within.length === 0 ? '' : ` within ${within.join(', ')}`;
  return `rank by ${by}${each}: ${columns.map(({ name, rank }) => `${name} = ${rank}`).join(', ')}`;
}
