import { MillraceError } from '../columns/error.js';
import type { Expr as PlanExpr } from '../expr/ast.js';
import { aggregateNode, distinctNode, unpivotNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { Flat } from './kinds.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';

/** What `pivot` takes: see `Collection.pivot`. */
export interface PivotOptions<
  Row,
  Index extends keyof Row & string,
  On extends keyof Row & string,
  Value extends keyof Row & string,
  Names extends string,
> {
  /** The columns that name a row of the result. */
  readonly index: readonly Index[];
  /** The column whose values become columns. */
  readonly on: On;
  /** These values: a streaming plan has to know its columns before the rows come. */
  readonly values: readonly Names[];
  /** The column that the new columns' values are of. */
  readonly value: Value;
  /** Which of several rows' values counts (`'last'`). */
  readonly aggregate?: 'first' | 'last' | 'min' | 'max' | 'sum' | 'avg' | 'count';
}

/** A row of `pivot`. */
export type Pivoted<Row, Index extends keyof Row, Names extends string, Value> = Flat<
  Pick<Row, Index> & { [Name in Names]: Value | null }
>;

/** What `unpivot` takes: see `Collection.unpivot`. */
export interface UnpivotOptions<
  Row,
  Column extends keyof Row & string,
  Name extends string,
  Value extends string,
> {
  /** The columns that become rows; their values are brought to one type. */
  readonly columns: readonly Column[];
  /** What the column of their names is called (`'name'`). */
  readonly name?: Name;
  /** What the column of their values is called (`'value'`). */
  readonly value?: Value;
}

/** A row of `unpivot`. */
export type Unpivoted<Row, Column extends keyof Row, Name extends string, Value extends string> = Flat<
  Omit<Row, Column> & { [N in Name]: Column } & { [V in Value]: Row[Column] }
>;

/** The plan of `distinct`. */
export function distinctPlan(input: PlanNode, names: readonly string[]): PlanNode {
  return made(distinctNode({ input, columns: names.length === 0 ? null : names }));
}

/** The plan of `pivot`: a group for each row of the result, and an aggregate of some of its rows for each column. */
export function pivotPlan(
  input: PlanNode,
  options: {
    readonly index: readonly string[];
    readonly on: string;
    readonly values: readonly string[];
    readonly value: string;
    readonly aggregate?: string;
  },
): PlanNode {
  const { index, on, values, value, aggregate: fn = 'last' } = options;
  if (values.length === 0) {
    throw new MillraceError(
      'MR1810',
      'pivot() has to know the values that become columns.',
      "Say them: pivot({ on: 'symbol', values: ['AAPL', 'MSFT'], … }).",
    );
  }
  const column = (name: string): PlanExpr => ({ kind: 'column', name });
  const columns = values.map(name => ({
    name,
    call: {
      fn,
      args: [column(value)],
      where: { kind: 'call', fn: 'eq', args: [column(on), toExpr(name)] } satisfies PlanExpr,
      distinct: false,
      options: {},
    },
  }));
  return made(aggregateNode({ input, keys: index, window: null, allowedLatenessUs: 0, columns }));
}

/** The plan of `unpivot`. */
export function unpivotPlan(
  input: PlanNode,
  options: { readonly columns: readonly string[]; readonly name?: string; readonly value?: string },
): PlanNode {
  const { columns, name = 'name', value = 'value' } = options;
  if (columns.length === 0) {
    throw new MillraceError(
      'MR1811',
      'unpivot() needs the columns that become rows.',
      "Say them: unpivot({ columns: ['bid', 'ask'] }).",
    );
  }
  return made(unpivotNode({ input, columns, name, value }));
}
