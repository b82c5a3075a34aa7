import { fieldIndex, type Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import type { TopNNode } from '../plan/nodes/topN.js';
import type { Relation } from '../plan/relation.js';
import { endsWithWindows } from '../plan/topN.js';
import type { PhysicalOperator, PhysicalTable } from './physical.js';

const MOST_FEW = 32;

/** Keeps the first rows of groups. */
export interface PhysicalTopN {
  /**
   * `final`: each group once, when the watermark has passed its event time; `retract`: changes as they come; `end`: all groups at the end of
   * the input.
   */
  readonly form: 'final' | 'retract' | 'end';
  readonly rows: number;
  readonly order: readonly { readonly value: BoundExpr; readonly descending: boolean }[];
  readonly within: readonly string[];
  readonly rowNumber: string | null;
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
  /** Whether the input takes rows back, and the columns that name them: null, by value. */
  readonly retracting: boolean;
  readonly key: readonly string[] | null;
  /** How long after the event time of a group its rows may still change, so that it need not be kept any longer; null: for ever. */
  readonly changesForUs: number | null;
}

/** Whether a group's rows are so few that they are looked through one by one: those of rows that only come. */
export function isFew(rows: number, onlyComes: boolean): boolean {
  return onlyComes && rows <= MOST_FEW;
}

/** The operator of a top-N node. */
export function planTopN(
  node: TopNNode,
  input: Relation,
  output: Schema,
  window: PhysicalTable['window'],
  /** Whether only the end of the input is looked at. */
  closing = false,
): PhysicalOperator {
  const final = input.mode === 'append' && endsWithWindows(node, input);
  const time = input.time === null ? null : input.schema.fields[fieldIndex(input.schema, input.time)];
  return {
    op: 'topN',
    input: input.schema,
    output,
    form: final ? 'final' : closing && isFew(node.rows, input.mode === 'append') ? 'end' : 'retract',
    rows: node.rows,
    order: node.order.map(({ expr, descending }) => ({ value: bind(expr, input.schema), descending })),
    within: node.within,
    rowNumber: node.rowNumber,
    time: time?.type.kind === 'timestamp' ? { column: time.name, unit: time.type.unit } : null,
    retracting: input.mode === 'retract',
    key: input.key,
    changesForUs: window !== null && endsWithWindows(node, input) ? window.allowedLatenessUs : null,
  };
}
