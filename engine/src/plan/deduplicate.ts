import { MillraceError } from '../columns/error.js';
import type { Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import type { DeduplicateNode } from './nodes/deduplicate.js';
import type { Relation } from './relation.js';

/**
 * What a deduplicate node puts out. The first row in event order is known once the watermark has passed it and never changes: a stream. Any
 * other one may give way to a row that comes later: a table.
 */
export function bindDeduplicate(
  node: DeduplicateNode,
  input: Relation,
  require: (name: string, schema: Schema) => Field,
): Relation {
  const { by, order } = node;
  if (by.length === 0 || new Set(by).size < by.length) {
    throw new MillraceError(
      'MR2186',
      by.length === 0
        ? 'deduplicate() names no key.'
        : `deduplicate() names a column twice: ${by.join(', ')}.`,
      "Name the columns of which each combination is to stay once: deduplicate({ by: 'id', keep: 'last' }).",
    );
  }
  for (const name of by) require(name, input.schema);
  for (const { expr } of order ?? []) bind(expr, input.schema);
  if (input.mode !== 'append' && order === null && input.time === null) {
    throw new MillraceError(
      'MR2185',
      'deduplicate() needs an order of the rows: those of a table that changes do not stay in the order in which they came.',
      "Say what they go by: deduplicate({ by: 'symbol', keep: 'last', order: t => t.version }).",
    );
  }
  if (keepsFirst(node, input)) return { ...input, key: null };
  return { ...input, mode: 'retract', key: by };
}

/** Whether the rows that stay are known as they come out, and never change. */
export function keepsFirst({ keep, order }: DeduplicateNode, input: Pick<Relation, 'mode'>): boolean {
  return keep === 'first' && order === null && input.mode === 'append';
}

/** A deduplicate node in one line. */
export function deduplicateText({ by, keep, order }: DeduplicateNode): string {
  const keys = order?.map(({ expr, descending }) => `${exprText(expr)}${descending ? ' desc' : ''}`);
  return `deduplicate by ${by.join(', ')}, keep ${keep}${keys === undefined ? '' : ` in the order of ${keys.join(', ')}`}`;
}
