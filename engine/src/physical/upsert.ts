import { fieldIndex, type Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import type { DeduplicateNode } from '../plan/nodes/deduplicate.js';
import type { SortKey, TopNNode } from '../plan/nodes/topN.js';
import type { UpsertNode } from '../plan/nodes/upsert.js';
import { keepsFirst } from '../plan/deduplicate.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import type { PhysicalForm, PhysicalInput, PhysicalOperator, PhysicalTable } from './physical.js';
import { planTopN } from './topN.js';

/** Keeps one row of each key of rows that only come, and tells how it changes. */
export interface PhysicalUpsert {
  /** `final`: each key's row once, at the end of the input. */
  readonly form: PhysicalForm;
  readonly key: readonly string[];
  /** The column that says what a row does, which the output does not have; null: each row is one of its key. */
  readonly kind: string | null;
  /** Rows for which it is true take their key's row away. */
  readonly deleted: BoundExpr | null;
  /** A row takes the place of its key's where it comes before it in this order, or is alike and `ties` is 'later'. Empty: always. */
  readonly order: readonly { readonly value: BoundExpr; readonly descending: boolean }[];
  readonly ties: 'earlier' | 'later';
  /** The event time: then each change is told, since each is a version of the row. */
  readonly time: string | null;
  /** Whether rows without event time have no place, and are dropped. */
  readonly ordersByTime: boolean;
}

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** The operator of an upsert node. */
export function planUpsert(
  { key, column, deleted }: UpsertNode,
  input: Relation,
  output: Relation,
  form: PhysicalForm,
): PhysicalOperator {
  const schemas = { input: input.schema, output: output.schema };
  const gone = deleted === null ? null : bind(deleted, input.schema);
  if (key === null) return { op: 'rowKinds', ...schemas, kind: column as string, deleted: gone };
  return {
    op: 'upsert',
    ...schemas,
    form,
    key,
    kind: column,
    deleted: gone,
    order: [],
    ties: 'later',
    time: output.time,
    ordersByTime: false,
  };
}

/** What a deduplicate node is planned with. */
interface DeduplicateInput {
  readonly at: PhysicalInput;
  readonly input: Relation;
  readonly output: Relation;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
  readonly window: PhysicalTable['window'];
  readonly form: PhysicalForm;
}

/**
 * The operators of a deduplicate node. The first rows of a stream are those that come first once it is in event order; rows that may be taken
 * back are ranked, since the next one may come up.
 */
export function planDeduplicate(
  node: DeduplicateNode,
  { at, input, output, sequence, window, form }: DeduplicateInput,
  add: Add,
): PhysicalInput {
  const { schema } = input;
  const time = timeOf(schema, input.time);
  if (keepsFirst(node, input)) {
    const from =
      time === null || comesInOrder(node.input)
        ? at
        : add({ op: 'reorder', input: schema, output: schema, time, sequence }, at);
    return add({ op: 'distinct', input: schema, output: output.schema, by: node.by }, from);
  }
  const order = orderOf(node, input, sequence);
  if (input.mode !== 'append') {
    const topN: TopNNode = {
      kind: 'topN',
      input: node.input,
      rows: 1,
      order,
      within: node.by,
      rowNumber: null,
    };
    return add(planTopN(topN, input, output.schema, window), at);
  }
  return add(
    {
      op: 'upsert',
      input: schema,
      output: output.schema,
      form,
      key: node.by,
      kind: null,
      deleted: null,
      order: order.map(({ expr, descending }) => ({ value: bind(expr, schema), descending })),
      ties: node.keep === 'last' ? 'later' : 'earlier',
      time: input.time,
      ordersByTime: node.order === null && input.time !== null,
    },
    at,
  );
}

/** The order in which the row that stays is the first one. */
function orderOf({ order, keep }: DeduplicateNode, { time }: Relation, sequence: string | null): SortKey[] {
  const names = time === null ? [] : [time, ...(sequence === null ? [] : [sequence])];
  const given =
    order ?? names.map((name): SortKey => ({ expr: { kind: 'column', name }, descending: false }));
  return keep === 'first'
    ? [...given]
    : given.map(({ expr, descending }) => ({ expr, descending: !descending }));
}

function timeOf(schema: Schema, name: string | null) {
  if (name === null) return null;
  const { type } = schema.fields[fieldIndex(schema, name)];
  return type.kind === 'timestamp' ? { column: name, unit: type.unit } : null;
}
