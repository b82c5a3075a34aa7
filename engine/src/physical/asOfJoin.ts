import { formatDuration } from '../columns/duration.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { BOOLEAN, type TimeUnit } from '../columns/types.js';
import { asOfColumns } from '../plan/asOfJoin.js';
import type { AsOfDirection, AsOfJoinNode } from '../plan/nodes/asOfJoin.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

interface TimeColumn {
  readonly column: string;
  readonly unit: TimeUnit;
}

/**
 * Puts the columns of right rows beside left ones, by key and event time. `final`: both inputs come in event order, and each left row comes out
 * once, in that order, whatever the interleaving of the two. `retract`: rows come as they arrive and are taken back when their match changes.
 */
export interface PhysicalAsOfJoin {
  readonly form: 'final' | 'retract';
  /** The left input is the operator's `input`. */
  readonly right: Schema;
  readonly leftKeys: readonly string[];
  readonly rightKeys: readonly string[];
  readonly leftTime: TimeColumn;
  readonly rightTime: TimeColumn;
  /** The columns that order right rows of one event time; null: arrival does. */
  readonly rightSequence: string | null;
  /** The right columns that go into the output, after the left ones. */
  readonly columns: readonly string[];
  readonly direction: AsOfDirection;
  readonly toleranceUs: number | null;
  readonly exact: boolean;
  readonly how: 'left' | 'inner';
  /** The right column that says that a row ends its key's version; null where none does. */
  readonly ended: string | null;
}

/** Makes rows that only come of a table of versions whose rows change: see `VersionsOperator`. */
export interface PhysicalVersions {
  /** The columns that name one version. */
  readonly keys: readonly string[];
  readonly time: TimeColumn;
}

interface Side {
  readonly at: PhysicalInput;
  readonly relation: Relation;
  readonly node: PlanNode;
  readonly sequence: string | null;
}

/** The operators of an as-of join; gives where its rows come from. `closing`: only the end of the input is looked at. */
export function planAsOfJoin(
  node: AsOfJoinNode,
  left: Side,
  right: Side,
  output: Schema,
  closing: boolean,
  add: (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput,
): PhysicalInput {
  const leftTime = timeOf(left.relation);
  const rightTime = timeOf(right.relation);
  const rightKeys = node.keys.map(key => key.right);
  const form = node.emit === 'change' && !closing ? 'retract' : 'final';
  let from = right.at;
  let { schema } = right.relation;
  let ended: string | null = null;
  if (right.relation.mode === 'retract') {
    ended = unusedName(schema);
    const marked = { fields: [...schema.fields, { name: ended, type: BOOLEAN, nullable: false }] };
    from = add({ op: 'versions', input: schema, output: marked, keys: rightKeys, time: rightTime }, from);
    schema = marked;
  }
  const inOrder = (side: Side, input: Schema, at: PhysicalInput, time: TimeColumn): PhysicalInput =>
    form === 'retract' || comesInOrder(side.node)
      ? at
      : add({ op: 'reorder', input, output: input, time, sequence: side.sequence }, at);
  return add(
    {
      op: 'asOfJoin',
      form,
      input: left.relation.schema,
      right: schema,
      output,
      leftKeys: node.keys.map(key => key.left),
      rightKeys,
      leftTime,
      rightTime,
      rightSequence: right.sequence,
      columns: asOfColumns(node, left.relation, right.relation).map(({ name }) => name),
      direction: node.direction,
      toleranceUs: node.toleranceUs,
      exact: node.exact,
      how: node.how,
      ended,
    },
    inOrder(left, left.relation.schema, left.at, leftTime),
    inOrder(right, schema, from, rightTime),
  );
}

/** An as-of join in one line. */
export function asOfJoinText(operator: PhysicalAsOfJoin): string {
  const { leftKeys, rightKeys, direction, toleranceUs, exact, how, form, ended } = operator;
  const by = leftKeys.map((left, k) => (left === rightKeys[k] ? left : `${left} = ${rightKeys[k]}`));
  const parts = [
    ...(toleranceUs === null ? [] : [`within ${formatDuration(toleranceUs)}`]),
    ...(exact ? [] : ['not at equal times']),
    ...(how === 'inner' ? ['inner'] : []),
    ...(ended === null ? [] : ['versions end']),
  ];
  const rules = parts.length === 0 ? '' : `, ${parts.join(', ')}`;
  return `as-of join by ${by.join(', ') || '()'}, ${direction}${rules} (${form})`;
}

function timeOf({ schema, time }: Relation): TimeColumn {
  const { name, type } = schema.fields[fieldIndex(schema, time!)];
  if (type.kind !== 'timestamp') throw new Error('an as-of join without event time was bound');
  return { column: name, unit: type.unit };
}

function unusedName(schema: Schema): string {
  let name = '#ended';
  while (fieldIndex(schema, name) >= 0) name = `#${name}`;
  return name;
}
