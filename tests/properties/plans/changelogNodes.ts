import { fieldIndex } from '../../../engine/src/columns/schema.js';
import { changesNode, deduplicateNode, upsertNode } from '../../../engine/src/plan/build.js';
import type { SortKey } from '../../../engine/src/plan/nodes/topN.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import type { Relation } from '../../../engine/src/plan/relation.js';
import type { Random } from '../random.js';

/** What nodes that keep one row of each key are made of. */
export interface KeyedParts {
  readonly input: PlanNode;
  readonly relation: Relation;
  /** Columns whose values are the same to the last digit however they are computed; one at least. */
  readonly keys: readonly string[];
  /** An order in which no two rows of different keys' values are alike. */
  readonly order: readonly SortKey[];
  /** Whether rows have an order of arrival that is the same however they are computed. */
  readonly arrives: boolean;
}

/** A table's changes as the table again; a stream as a table; one row of each key. Null where there is none. */
export function keyedNode(random: Random, parts: KeyedParts): PlanNode | null {
  const { input, relation, keys, arrives } = parts;
  const { mode, key, schema } = relation;
  const column = `kind${random.below(1000)}`;
  if (mode === 'retract' && key !== null && key.length > 0 && random.chance(0.6))
    return upsertNode({ input: changesNode({ input, column }), key, column, deleted: null });
  if (mode === 'retract' && random.chance(0.3))
    return upsertNode({ input: changesNode({ input, column }), key: null, column, deleted: null });
  if (mode === 'append' && arrives && random.chance(0.5)) {
    const flags = schema.fields.filter(({ type }) => type.kind === 'boolean');
    const deleted =
      flags.length > 0 && random.chance(0.5)
        ? ({ kind: 'column', name: random.pick(flags).name } as const)
        : null;
    return upsertNode({ input, key: keys, column: null, deleted });
  }
  const timed = relation.time !== null && fieldIndex(schema, relation.time) >= 0;
  // Rows that are alike in the order go by arrival, where they only come.
  if (!arrives && mode === 'append') return null;
  const plain = arrives && mode === 'append' && random.chance(0.6);
  const keep = random.pick(['first', 'last'] as const);
  if (!plain && parts.order.length === 0) return null;
  const order = plain || (mode === 'retract' && timed && random.chance(0.2)) ? null : parts.order;
  if (order === null && mode === 'retract') return null;
  return deduplicateNode({ input, by: keys, keep, order });
}
