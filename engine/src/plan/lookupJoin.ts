import { MillraceError } from '../columns/error.js';
import { joinedFields, joinKeysText, requireJoinKeys } from './joined.js';
import type { LookupJoinNode } from './nodes/lookupJoin.js';
import type { Relation } from './relation.js';

/** What a lookup join puts out: rows that only come, with the left ones' event time. */
export function bindLookupJoin(node: LookupJoinNode, left: Relation, right: Relation): Relation {
  requireJoinKeys('lookupJoin', node.keys, left.schema, right.schema);
  requireGrowing(left);
  const nullable = { left: false, right: node.how === 'left' };
  const schema = { fields: joinedFields(node, left.schema, right.schema, nullable) };
  return { schema, time: left.time, mode: 'append', key: null };
}

/** Requires that rows only come: what is looked up for a row is not kept, so that it could not be taken back. */
export function requireGrowing({ mode }: Pick<Relation, 'mode'>): void {
  if (mode === 'append') return;
  throw new MillraceError(
    'MR2172',
    'lookupJoin() needs rows that only come, and the rows of this table change.',
    'Look up its final rows: .final().lookupJoin(…); or join(…), which follows changes of both sides.',
  );
}

/** A lookup join node in one line. */
export function lookupJoinText({ how, keys }: LookupJoinNode): string {
  return `lookup join by ${joinKeysText(keys)}${how === 'left' ? '' : `, ${how}`}`;
}
