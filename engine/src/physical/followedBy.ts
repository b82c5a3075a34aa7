import type { Schema } from '../columns/schema.js';
import { fieldIndex } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import { followedRows, identityText } from '../plan/followedBy.js';
import type { FollowedByIdentity, FollowedByNode } from '../plan/nodes/followedBy.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';
import { broughtTogether } from './setOperation.js';
import { common, type Traits, type Wanted } from './traits.js';

/** Rows of the first port, then those of the second that are not among them. */
export interface PhysicalFollowedBy {
  /** The columns of what is numbered, or named, on its own. */
  readonly by: readonly string[];
  readonly identity: FollowedByIdentity;
  readonly maxBufferBytes: number;
  readonly tells: 'rows' | 'events';
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
}

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** The operator of history, then live rows. */
export function planFollowedBy(
  node: FollowedByNode,
  relationOf: (node: PlanNode) => Relation,
  plan: (node: PlanNode, wanted: Wanted) => Traits,
  add: Add,
): Traits {
  const [history, live] = node.inputs;
  const rows = followedRows([relationOf(history), relationOf(live)]);
  const inputs = node.inputs.map(each => plan(each, { final: false, upsert: false }));
  const ports = node.inputs.map((each, port) =>
    broughtTogether(relationOf(each).schema, rows.schema, inputs[port].at, add),
  );
  const { by, identity, maxBufferBytes, tells } = node;
  const at = add(
    {
      op: 'followedBy',
      input: rows.schema,
      output: relationOf(node).schema,
      by,
      identity,
      maxBufferBytes,
      tells,
      time: timeOf(rows),
    },
    ...ports,
  );
  const sequence = tells === 'rows' ? common(inputs.map(each => each.sequence)) : null;
  return { at, sequence, window: null, retention: null };
}

function timeOf({ schema, time }: { schema: Schema; time: string | null }): PhysicalFollowedBy['time'] {
  if (time === null) return null;
  const { type } = schema.fields[fieldIndex(schema, time)];
  return type.kind === 'timestamp' ? { column: time, unit: type.unit } : null;
}

/** In one line. */
export function followedByOperatorText({ by, identity, tells }: PhysicalFollowedBy): string {
  const of = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  const told = tells === 'rows' ? '' : ', how they meet told as rows';
  return `history, then live rows that it has not, by ${identityText(identity)}${of}${told}`;
}
