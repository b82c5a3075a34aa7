import type { ViewDescription } from '@millrace/protocol';
import type { Expr as PlanExpr } from '../expr/ast.js';
import { filterNode, projectNode, topNNode, unionAllNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { Explanation, QueryStats, Reject } from '../session/protocol.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import { ask } from '../session/ask.js';
import { rowsOfArrow } from './arrowRows.js';
import type { RowAs, RowOptions } from './arrowRows.js';
import type { BarOptions, BarSpec, NumericColumns, TimeWindowSpec } from './bars.js';
import type { DanfoDataFrame } from './danfo.js';
import { toDanfo } from './danfo.js';
import { DISPLAYABLE } from './displayable.js';
import type { Displayable, Displayed } from './displayable.js';
import { columnsProxy } from './exprMethods.js';
import type { BoolExpr, ColumnsOf } from './expressions.js';
import { toFlinkSql } from './flinkSql.js';
import type { FlinkOptions, FlinkQuery } from './flinkSql.js';
import { Grouped, Windowed } from './grouped.js';
import type { WindowedAs } from './grouped.js';
import { windowOptions } from './windowOptions.js';
import type { WindowOptions } from './windowOptions.js';
import type { Derived, GroupedKinds, Flat, Kind, Kinds, WithDerived } from './kinds.js';
import { collectionOver } from './make.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import { originsOf, type Origins } from './origins.js';
import { PrintedSchema } from './printedSchema.js';
import { Rolling, type RollingOptions } from './rolling.js';
import { matchPatternPlan } from './matchPattern.js';
import type { Definitions, MatchPatternOptions, Matched } from './patternTypes.js';
import { mapPlan } from './applyFunctions.js';
import type { RowSchema } from './types.js';
import { describedTable } from './describe.js';
import type { ColumnDescription } from './describe.js';
import { Delivering } from './delivering.js';
import { distinctPlan, pivotPlan, unpivotPlan } from './reshape.js';
import type { PivotOptions, Pivoted, UnpivotOptions, Unpivoted } from './reshape.js';
import { liftFunctions } from './udf.js';
import { sortKeys } from './ordering.js';
import type { TopNKinds, TopNOptions } from './topN.js';
import { usingAll } from './usage.js';

/** What streams, tables and tables that keep changing have in common: a plan, and the methods that mean the same on all three. */
export abstract class Collection<K extends Kind, Row> extends Delivering<K, Row> implements Displayable {
  /** @param plan the logical plan, frozen */
  constructor(override readonly plan: PlanNode) {
    super();
  }

  /**
   * The rows for which the condition is true (not false, not NULL).
   *
   * @example trades.where(t => t.size.gt(100).and(t.symbol.isIn(['AAPL', 'MSFT'])))
   */
  where(condition: (columns: ColumnsOf<Row>) => BoolExpr<boolean | null>): Kinds<Row>[K] {
    const predicate = usingAll(
      'where',
      () => toExpr(condition(columnsProxy())),
      root => [root],
    );
    const { plan, exprs, temporary } = liftFunctions(this.plan, [predicate]);
    const filtered = made(filterNode({ input: plan, predicate: exprs[0] }));
    return this.over(
      temporary.length === 0
        ? filtered
        : made(projectNode({ input: filtered, keep: { without: temporary }, columns: [] })),
    );
  }

  /**
   * The rows with columns added; one of an existing name takes its place.
   *
   * @example trades.derive(t => ({ notional: t.price.mul(t.size) }))
   */
  derive<D extends Derived>(columns: (columns: ColumnsOf<Row>) => D): Kinds<WithDerived<Row, D>>[K] {
    const derived = usingAll(
      'derive',
      () => Object.entries(columns(columnsProxy())).map(([name, value]) => ({ name, expr: toExpr(value) })),
      list => list.map(column => column.expr),
    );
    const { plan, exprs, temporary } = liftFunctions(
      this.plan,
      derived.map(({ expr }) => expr),
    );
    const lifted = derived.map(({ name }, at) => ({ name, expr: exprs[at] }));
    const keep = temporary.length === 0 ? 'all' : { without: temporary };
    return this.over(made(projectNode({ input: plan, keep, columns: lifted })));
  }

  /**
   * Each row through a function of yours, which gives the row that takes its place. It runs where it was made, in batches and in the order of the
   * rows (see `udf`); a column of the event time's name stays the event time. It should give the same for the same row.
   *
   * @param returns the columns of the rows that it gives
   * @throws MillraceError `MR1801` (when the rows are read) where the function throws; `MR1803` where it gives no object
   * @example
   * trades.map(t => ({ ts: t.ts, text: `${t.symbol} at ${t.price}` }), { returns: schema({ ts: timestamp('us'), text: string }) })
   */
  map<R>(
    fn: (row: Row) => R,
    options: { readonly returns: RowSchema<R>; readonly name?: string },
  ): Kinds<R>[K] {
    return this.over(mapPlan(this.plan, fn as (row: never) => unknown, options));
  }

  /** The named columns, in that order. */
  select<C extends keyof Row & string>(...names: C[]): Kinds<Pick<Row, C>>[K] {
    const columns = names.map(name => ({ name, expr: columnOf(name) }));
    return this.over(made(projectNode({ input: this.plan, keep: 'none', columns })));
  }

  /** All but the named columns. */
  drop<C extends keyof Row & string>(...names: C[]): Kinds<Omit<Row, C>>[K] {
    return this.over(made(projectNode({ input: this.plan, keep: { without: names }, columns: [] })));
  }

  /** Columns by other names, put last: `rename({ px: 'price' })` makes `price` of `px`. */
  rename<const N extends { readonly [C in keyof Row & string]?: string }>(
    names: N,
  ): Kinds<{ [C in keyof Row as C extends keyof N ? (N[C] extends string ? N[C] : C) : C]: Row[C] }>[K] {
    const without = Object.keys(names);
    const columns = Object.entries(names).map(([from, to]) => ({ name: to as string, expr: columnOf(from) }));
    return this.over(made(projectNode({ input: this.plan, keep: { without }, columns })));
  }

  /**
   * The rows of this and of others, equal ones included. All have the same columns, in any order; types are brought together, and the
   * first collection says the order. Event time goes on where all have it in the same column: its watermark is the lowest of
   * those of all sources that are not silent (`idleTimeout`).
   *
   * @example nyse.unionAll(nasdaq, arca).window(tumble('1 min'))
   * @throws MillraceError `MR2115` for different columns, `MR2116` for types that cannot be brought together
   */
  unionAll(...others: readonly Kinds<Row>[K][]): Kinds<Row>[K] {
    const inputs = [this.plan, ...others.map(other => (other as unknown as { plan: PlanNode }).plan)];
    return this.over(inputs.length === 1 ? this.plan : made(unionAllNode({ inputs })));
  }

  /**
   * Each row with the rows of its key before it; then `derive`. `rows: 20` is the row and the 19 before it, `rows: [-20, -1]` the 20 before it,
   * `range: '5 s'` the last 5 seconds with both ends, and neither all rows so far. Rows come out in event order. Of a table whose rows change, those that
   * see a change are told anew: as many as the frame is long, or all that follow in their key.
   *
   * @example
   * trades.rolling({ by: 'symbol', rows: 20 }).derive(t => ({ ma: avg(t.price), before: lag(t.price) }))
   */
  rolling(options: RollingOptions<Row> & { readonly rows: readonly [number, number] }): Rolling<K, Row, true>;
  rolling(options?: RollingOptions<Row>): Rolling<K, Row, false>;
  rolling(options: RollingOptions<Row> = {}): Rolling<K, Row, boolean> {
    return new Rolling(this.plan, plan => this.over(plan), options);
  }

  /**
   * The first `n` rows of each group in an order, e.g. `desc(t.notional)`; rows alike in it go by their columns from left to right.
   *
   * Of final windows (`within: 'windowEnd'`) each group comes once, when its window is complete: a stream. Of anything else, rows change
   * as the ranking does: a table. `rowNumber` names a column for the place of each row, from 1.
   *
   * @example volumes.final().topN(3, { by: t => desc(t.notional), within: 'windowEnd', rowNumber: 'place' })
   */
  topN<
    const W extends (keyof Row & string) | readonly (keyof Row & string)[] = [],
    const N extends string = never,
  >(n: number, options: TopNOptions<Row, W, N>): TopNKinds<Flat<Row & { [C in N]: number }>, W>[K] {
    const order = usingAll(
      'topN',
      () => sortKeys(options.by(columnsProxy())),
      keys => keys.map(({ expr }) => expr),
    );
    const given: string | readonly string[] = options.within ?? [];
    const within = typeof given === 'string' ? [given] : given;
    const node = topNNode({ input: this.plan, rows: n, order, within, rowNumber: options.rowNumber ?? null });
    const windows = within.some(name => name === 'windowEnd' || name === 'windowTime');
    const kind = this.kind === 'Stream' && !windows ? 'StreamTable' : this.kind;
    return collectionOver(kind, made(node)) as never;
  }

  /**
   * Rows of a key that follow each other as a pattern says, in event order (SQL's MATCH_RECOGNIZE): for each match the key, the measures, and
   * `matchTime`, the event time of its last row.
   *
   * @example
   * trades.matchPattern({ by: 'symbol', pattern: 'START DOWN+ UP', within: '1 min',
   *   define: (t, m) => ({ DOWN: t.price.lt(m.prev(t.price)), UP: t.price.gt(m.prev(t.price)) }),
   *   measures: m => ({ from: m.first('START').price, bottom: m.last('DOWN').price, falls: m.count('DOWN') }) })
   * @throws MillraceError `MR2190` for a pattern that cannot be read, `MR2192` for a label that is not in it
   */
  matchPattern<
    const P extends string,
    M extends Derived,
    D extends Definitions = Record<never, never>,
    const By extends (keyof Row & string) | readonly (keyof Row & string)[] = never,
  >(options: MatchPatternOptions<Row, P, By, D, M>): Kinds<Matched<Row, By, M>>[K] {
    return this.over(matchPatternPlan(this.plan, options));
  }

  /**
   * Each combination of values of the columns once, as it first comes; without names, of all columns. What has come is never forgotten.
   *
   * @example trades.distinct('symbol')
   */
  distinct<C extends keyof Row & string = keyof Row & string>(...names: C[]): Kinds<Flat<Pick<Row, C>>>[K] {
    return this.over(distinctPlan(this.plan, names));
  }

  /**
   * Values of one column as columns: a row for each combination of the `index` columns, with a column for each of `values`, which holds that row's
   * `value` (the last one, unless `aggregate` says another), and NULL where none has come.
   *
   * @example
   * bars.pivot({ index: ['windowEnd'], on: 'symbol', values: ['AAPL', 'MSFT'], value: 'close' })
   * // { windowEnd, AAPL, MSFT }
   */
  pivot<
    Index extends keyof Row & string,
    On extends keyof Row & string,
    Value extends keyof Row & string,
    const Names extends string,
  >(
    options: PivotOptions<Row, Index, On, Value, Names>,
  ): GroupedKinds<Pivoted<Row, Index, Names, Row[Value]>>[K] {
    return collectionOver(
      this.kind === 'Table' ? 'Table' : 'StreamTable',
      pivotPlan(this.plan, options),
    ) as never;
  }

  /**
   * Columns as rows: for each row and each of the columns a row with the column's name and its value, beside the other columns. Values of several
   * types are brought to one.
   *
   * @example
   * quotes.unpivot({ columns: ['bid', 'ask'], name: 'side', value: 'price' })
   * // { ts, symbol, side: 'bid' | 'ask', price }
   * @throws MillraceError `MR2141` where a column has the name of a new one
   */
  unpivot<
    Column extends keyof Row & string,
    const Name extends string = 'name',
    const Value extends string = 'value',
  >(options: UnpivotOptions<Row, Column, Name, Value>): Kinds<Unpivoted<Row, Column, Name, Value>>[K] {
    return this.over(unpivotPlan(this.plan, options));
  }

  /** Groups by columns; then `aggregate`, or `window` first. */
  groupBy<C extends keyof Row & string>(...keys: C[]): Grouped<K, Row, C, false> {
    return new Grouped(this.#base(), keys, null);
  }

  /**
   * Cuts event time into windows; then `groupBy` and `aggregate`.
   *
   * @example trades.window(tumble('1 min'), { allowedLateness: '10 s' }).groupBy('symbol')
   */
  window<const Options extends WindowOptions = WindowOptions>(
    spec: TimeWindowSpec,
    options?: Options,
  ): Windowed<K, Row, WindowedAs<Options>>;
  /**
   * Cuts each group's rows into bars, in event order.
   *
   * @example trades.window(volumeBars(10_000)).groupBy('symbol')
   */
  window(spec: BarSpec<NumericColumns<Row>>, options?: BarOptions): Windowed<K, Row, 'bars'>;
  window(spec: WindowSpec, options?: WindowOptions): unknown {
    return new Windowed<K, Row>(this.#base(), windowOptions(spec, options ?? {}));
  }

  #base() {
    return { plan: this.plan, table: this.kind === 'Table' };
  }

  /** The columns and their types, once the sources have been looked at. */
  get schema(): Promise<PrintedSchema> {
    return ask({ type: 'bind', plan: this.plan }).then(bound => new PrintedSchema(bound));
  }

  /**
   * The rows as objects: a replay's or table's at its end where no clock holds it, else as they are now.
   *
   * @throws MillraceError `MR1401` for an int64 that a number cannot hold
   */
  async rows<const Options extends RowOptions = RowOptions>(
    options?: Options,
  ): Promise<RowAs<Row, Options>[]> {
    return this.#read(null, options ?? {}) as Promise<RowAs<Row, Options>[]>;
  }

  /** The first `n` rows (5). */
  async head<const Options extends RowOptions = RowOptions>(
    n = 5,
    options?: Options,
  ): Promise<RowAs<Row, Options>[]> {
    return this.#read(n, options ?? {}) as Promise<RowAs<Row, Options>[]>;
  }

  /**
   * What the columns hold: a row for each, with its type, how many values and NULLs there are, how many different ones, mean and standard
   * deviation, least and greatest value and the quartiles. Distinct counts and quartiles are to about 1%, and exact where rows change.
   */
  describe(): Promise<Kinds<ColumnDescription>['Table' & Kind]> {
    return describedTable(this.plan, this.kind !== 'Table');
  }

  async #read(limit: number | null, options: RowOptions): Promise<Row[]> {
    const reply = await this.readArrow(limit);
    return rowsOfArrow<Row>(reply.arrow, reply.bound.fields, options);
  }

  /** The rows as an Arrow IPC stream, with their types. */
  protected readArrow(limit: number | null) {
    return ask({ type: 'read', plan: this.plan, limit, current: this.kind !== 'Table' });
  }

  /** The rows as an Arrow IPC stream. */
  async toArrow(): Promise<Uint8Array> {
    return (await this.readArrow(null)).arrow;
  }

  /**
   * The rows as a danfojs DataFrame, the current ones of a table that changes; timestamps are Dates, decimals text, and NULL is `null`.
   *
   * @example const frame = await bars.toDanfo(); frame.groupby(['symbol']).mean().print();
   * @throws MillraceError `MR1501` where danfojs is not installed, `MR4106` for a column that danfojs cannot have
   */
  async toDanfo(): Promise<DanfoDataFrame> {
    const { arrow, bound } = await this.readArrow(null);
    return toDanfo(arrow, bound.fields);
  }

  /** The rows that could not be read from the sources: how many, and the first thousand with text and reason. */
  async rejects(): Promise<{ readonly count: number; readonly rows: readonly Reject[] }> {
    return ask({ type: 'rejects', plan: this.plan });
  }

  /**
   * The plan as text: logical, then physical with its operators' numbers, changelog modes, keys and watermarks, and what each has done where it
   * runs or has been read. `{ format: 'data' }` gives the same as data.
   *
   * @example console.log(await bars.explain())
   */
  explain(options?: { readonly format?: 'text' }): Promise<string>;
  explain(options: { readonly format: 'data' }): Promise<Explanation>;
  async explain(options: { readonly format?: 'text' | 'data' } = {}): Promise<string | Explanation> {
    const explanation = await ask({ type: 'explain', plan: this.plan });
    return options.format === 'data' ? explanation : explanation.text;
  }

  /**
   * Where a row comes from: the step that made it, and the rows that it was made of (those of a window, both sides of a join), whose
   * own origins can be asked for in turn. They are read again from the input, up to where the clock stands; nothing is kept for it.
   *
   * @param row as `rows()` gives it, or the columns of its key
   * @example const [{ rows }] = (await bars.origins({ symbol: 'AAPL', windowEnd })).origins; await rows.rows()
   * @throws MillraceError `MR2231` over a live feed, whose past is not kept; `MR2232` where there is no such row
   */
  origins(row: { readonly [C in keyof Row]?: Row[C] }): Promise<Origins> {
    return originsOf(this.plan, row);
  }

  /**
   * What the query does and holds: for each operator rows in and out, time, rows and bytes of state, late rows, its watermark and the
   * source that holds it; for windows how many are open, and why the oldest is. Where nothing looks at the query, what its last
   * read did. Times are microseconds of event time.
   *
   * @example (await bars.stats()).operators.map(each => each.windows?.why)
   */
  async stats(): Promise<QueryStats> {
    return ask({ type: 'queryStats', plan: this.plan });
  }

  /**
   * The query in Flink's SQL: CREATE TABLE statements for its sources, and a SELECT whose window columns are called as Flink's own.
   * What Flink cannot say is listed in `cannot`, and `sql` is null then. A table of windows is said as its `final()`.
   *
   * @example (await bars.toFlinkSql({ sources: { trades: { connector: 'kafka', topic: 'trades', format: 'json' } } })).sql
   */
  async toFlinkSql(options: FlinkOptions = {}): Promise<FlinkQuery> {
    return toFlinkSql(this.plan, options);
  }

  [DISPLAYABLE](): Displayed {
    const view: ViewDescription = { kind: 'grid', title: null };
    return { plan: this.plan, view, collection: this.kind };
  }
}

function columnOf(name: string): PlanExpr {
  return { kind: 'column', name };
}
