import { MillraceError } from '../columns/error.js';
import type { Expr } from '../expr/ast.js';
import {
  changesNode,
  deduplicateNode,
  filterNode,
  projectNode,
  sortNode,
  topNNode,
  upsertNode,
} from '../plan/build.js';
import type { SortKey } from '../plan/nodes/topN.js';
import type { PlanNode } from '../plan/plan.js';
import type { BoolExpr, ColumnsOf } from './expressions.js';
import { columnsProxy } from './exprMethods.js';
import type { Flat, Kind, Kinds } from './kinds.js';
import { toExpr } from './literals.js';
import { sortKeys } from './ordering.js';
import type { Orderings } from './ordering.js';
import { made } from './origin.js';
import { liftFunctions } from './udf.js';
import { usingAll } from './usage.js';

/**
 * What a change does to a table, as Flink writes it: a new row, the earlier values of a row that the next change replaces, its new values, and a
 * row that goes.
 */
export type ChangeKind = '+I' | '-U' | '+U' | '-D';

/** A row of `changes`. */
export type Changed<Row, N extends string> = Flat<{ [K in N]: ChangeKind } & Row>;

/** The plan of `changes`. */
export function changesPlan(input: PlanNode, column: string): PlanNode {
  return made(changesNode({ input, column }));
}

/** What `toTable` takes. */
export type ToTableOptions<Row, Key extends keyof Row, C extends keyof Row> = {
  /** The columns whose values name one row of the table. Without them rows that are taken back are found by their values. */
  readonly key?: Key | readonly Key[];
  /**
   * The column that says what a row does, which the table does not have: `'+I'`, `'-U'`, `'+U'`, `'-D'` (or Flink's long names), or Debezium's `'c'`,
   * `'r'`, `'u'`, `'d'`. Without it each row takes the place of the one of its key.
   */
  readonly kind?: C;
  /** The rows that take away the row of their key, such as tombstones. */
  readonly deleted?: (columns: ColumnsOf<Row>) => BoolExpr<boolean | null>;
} & ({ readonly key: Key | readonly Key[] } | { readonly kind: C });

/** The plan of `toTable`. */
export function toTablePlan(
  input: PlanNode,
  options: {
    readonly key?: string | readonly string[];
    readonly kind?: string;
    readonly deleted?: (columns: never) => BoolExpr<boolean | null>;
  },
): PlanNode {
  const { key, kind, deleted } = options;
  const keys = typeof key === 'string' ? [key] : (key ?? null);
  const parts = { key: keys, column: kind ?? null };
  if (deleted === undefined) return made(upsertNode({ input, ...parts, deleted: null }));
  const condition = usingAll(
    'toTable',
    () => toExpr(deleted(columnsProxy() as never)),
    root => [root],
  );
  const { plan, exprs, temporary } = liftFunctions(input, [condition]);
  const table = made(upsertNode({ input: plan, ...parts, deleted: exprs[0] }));
  return temporary.length === 0
    ? table
    : made(projectNode({ input: table, keep: { without: temporary }, columns: [] }));
}

/** What `deduplicate` takes. */
export interface DeduplicateOptions<Row> {
  /** The columns of which each combination of values stays once. */
  readonly by: (keyof Row & string) | readonly (keyof Row & string)[];
  /** Which of the rows of a key stays. */
  readonly keep: 'first' | 'last';
  /** What rows go by (event order; without event time, arrival): one expression or several in turn. NULL never takes the place of a value. */
  readonly order?: (columns: ColumnsOf<Row>) => Orderings;
}

/** The same for first rows in event order. */
export interface FirstRowsOptions<Row> extends DeduplicateOptions<Row> {
  readonly keep: 'first';
  readonly order?: never;
}

/** The same within final windows. */
export interface WindowRowsOptions<Row> extends DeduplicateOptions<Row> {
  readonly order: (columns: ColumnsOf<Row>) => Orderings;
  /** The end of final windows: each key's row of each window comes once, when the window is complete. */
  readonly within: keyof Row & string & ('windowEnd' | 'windowTime');
}

/** What one row of each key is where a row may come that takes its place: of a stream a table. */
export type ChangingKinds<Row> = { [K in Kind]: Kinds<Row>[K extends 'Stream' ? 'StreamTable' : K] };

/** The plan of `deduplicate`, and whether a stream's rows stay one. */
export function deduplicatePlan(
  input: PlanNode,
  options: {
    readonly by: string | readonly string[];
    readonly keep: 'first' | 'last';
    readonly order?: (columns: never) => Orderings;
    readonly within?: string;
  },
): { readonly plan: PlanNode; readonly appends: boolean } {
  const { by, keep, order, within } = options;
  const names = typeof by === 'string' ? [by] : by;
  const keys =
    order === undefined
      ? null
      : usingAll(
          'deduplicate',
          () => sortKeys(order(columnsProxy() as never)),
          list => list.map(({ expr }) => expr),
        );
  if (within === undefined) {
    const plan = made(deduplicateNode({ input, by: names, keep, order: keys }));
    return { plan, appends: keep === 'first' && keys === null };
  }
  if (keys === null) {
    throw new MillraceError(
      'MR2187',
      'deduplicate() needs an order within windows, all of whose rows have one event time.',
      `Say what they go by: deduplicate({ …, within: '${within}', order: t => t.close }).`,
    );
  }
  const first = (key: SortKey): SortKey => (keep === 'first' ? key : { ...key, descending: !key.descending });
  const groups = [...names.filter(name => name !== within), within];
  const node = topNNode({ input, rows: 1, order: keys.map(first), within: groups, rowNumber: null });
  return { plan: made(node), appends: true };
}

/** The plan of a live `limit`: the first rows in the order of the sort before it, or in that of their columns. */
export function liveLimitPlan(plan: PlanNode, n: number, offset: number): PlanNode {
  if (!(Number.isSafeInteger(n) && n > 0 && Number.isSafeInteger(offset) && offset >= 0)) {
    throw new MillraceError(
      'MR2188',
      `limit() of a table that changes takes a whole number of rows, one at least, not ${n}${offset === 0 ? '' : ` from ${offset} on`}.`,
      'Write sort(t => desc(t.volume)).limit(10).',
    );
  }
  const by = plan.kind === 'sort' && plan.live === true ? plan.by : [];
  const input = plan.kind === 'sort' && plan.live === true ? plan.input : plan;
  const rowNumber = offset === 0 ? null : '__place';
  const top = made(topNNode({ input, rows: n + offset, order: by, within: [], rowNumber }));
  return liveSortPlan(rowNumber === null ? top : behind(top, rowNumber, offset), by);
}

/** The rows whose number is beyond, without it. */
function behind(input: PlanNode, rowNumber: string, offset: number): PlanNode {
  const predicate: Expr = {
    kind: 'call',
    fn: 'gt',
    args: [{ kind: 'column', name: rowNumber }, toExpr(offset)],
  };
  const rows = made(filterNode({ input, predicate }));
  return made(projectNode({ input: rows, keep: { without: [rowNumber] }, columns: [] }));
}

/** The plan of a live `sort`. */
export function liveSortPlan(input: PlanNode, by: readonly SortKey[]): PlanNode {
  return by.length === 0 ? input : made(sortNode({ input, by, offset: 0, limit: null, live: true }));
}
