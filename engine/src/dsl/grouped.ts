import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { aggregateNode } from '../plan/build.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { PlanNode } from '../plan/plan.js';
import { AggregateValue } from './exprValue.js';
import type { Changed } from './changelog.js';
import { columnsProxy } from './exprMethods.js';
import type { BarOptions, BarSpec, NumericColumns, TimeWindowSpec } from './bars.js';
import type { ColumnsOf } from './expressions.js';
import { collectionOver } from './make.js';
import type { AggregatedRow, Aggregates, GroupedKinds, Kind, LateRows } from './kinds.js';
import { made } from './origin.js';
import { liftFunctions } from './udf.js';
import { usingAll } from './usage.js';
import { windowOptions } from './windowOptions.js';
import type { WindowChoice, WindowOptions } from './windowOptions.js';

/** The plan that is grouped, and whether it is a bounded table's. */
export interface GroupingBase {
  readonly plan: PlanNode;
  readonly table: boolean;
}

/** What windows with these options give: rows whose values may be NULL where empty windows are filled so. */
export type WindowedAs<Options extends WindowOptions> = Options['fill'] extends
  'null' | { readonly with: 'null' }
  ? 'nulls'
  : true;

/** What grouping and aggregating gives: of a stream's windows it knows the rows that came too late. */
export type Aggregated<
  K extends Kind,
  Row,
  C extends keyof Row,
  W extends boolean | 'nulls' | 'bars',
  A,
> = GroupedKinds<AggregatedRow<Row, C, W, A>>[K] &
  (W extends false
    ? unknown
    : K extends 'Table'
      ? unknown
      : LateRows<K extends 'StreamTable' ? Changed<Row, 'kind'> : Row>);

/** Options of `aggregate` without windows. */
export interface GroupOptions {
  /**
   * A group that no row has come to for so long, by the watermark, is forgotten: its last row stays in tables, and it starts anew if a row
   * comes to it (Flink's state TTL, in event time). Bounds the state where keys come and go. Not given: groups are never forgotten.
   */
  readonly ttl?: DurationText;
}

/** A collection cut into windows, not grouped yet. */
export class Windowed<K extends Kind, Row, W extends true | 'nulls' | 'bars' = true> {
  readonly #base: GroupingBase;
  readonly #window: WindowChoice;

  constructor(base: GroupingBase, window: WindowChoice) {
    this.#base = base;
    this.#window = window;
  }

  /** Groups each window's rows by columns. */
  groupBy<C extends keyof Row & string>(...keys: C[]): Grouped<K, Row, C, W> {
    return new Grouped(this.#base, keys, this.#window);
  }

  /** One row a window, over all of its rows. */
  aggregate<A extends Aggregates>(
    aggregates: (columns: ColumnsOf<Row>) => A,
  ): Aggregated<K, Row, never, W, A> {
    return new Grouped<K, Row, never, W>(this.#base, [], this.#window).aggregate(aggregates);
  }
}

/** A collection grouped by columns, and by window where there is one. */
export class Grouped<
  K extends Kind,
  Row,
  C extends keyof Row & string,
  W extends boolean | 'nulls' | 'bars',
> {
  readonly #base: GroupingBase;
  readonly #keys: readonly C[];
  readonly #window: WindowChoice | null;

  constructor(base: GroupingBase, keys: readonly C[], window: WindowChoice | null) {
    this.#base = base;
    this.#keys = keys;
    this.#window = window;
  }

  /** Cuts each group's rows into bars: `volumeBars(10_000)`. */
  window(spec: BarSpec<NumericColumns<Row>>, options?: BarOptions): Grouped<K, Row, C, 'bars'>;
  /** Cuts each group's event time into windows. */
  window<const Options extends WindowOptions = WindowOptions>(
    spec: TimeWindowSpec,
    options?: Options,
  ): Grouped<K, Row, C, WindowedAs<Options>>;
  window(spec: WindowSpec, options?: WindowOptions): unknown {
    return new Grouped<K, Row, C, true>(this.#base, this.#keys, windowOptions(spec, options ?? {}));
  }

  /**
   * One row a group (and window), kept current. The row is the keys, then `windowStart`, `windowEnd` and `windowTime` where
   * there is a window, then the aggregates.
   *
   * @example .aggregate(t => ({ high: max(t.price), volume: sum(t.size), n: count() }))
   * @example .groupBy('order').aggregate(t => ({ filled: sum(t.size) }), { ttl: '1 d' })
   * @throws MillraceError `MR1330` for `ttl` beside a window, `MR3135` for `ttl` without event time
   */
  aggregate<A extends Aggregates>(
    aggregates: (columns: ColumnsOf<Row>) => A,
    options: GroupOptions = {},
  ): Aggregated<K, Row, C, W, A> {
    const columns = usingAll(
      'aggregate',
      () =>
        Object.entries(aggregates(columnsProxy())).map(([name, value]) => ({
          name,
          call: callOf(name, value),
        })),
      list => list.flatMap(({ call }) => (call.where === null ? call.args : [...call.args, call.where])),
    );
    const lifted = liftCalls(this.#base.plan, columns);
    const node = aggregateNode({
      input: lifted.plan,
      keys: this.#keys,
      window: this.#window?.spec ?? null,
      allowedLatenessUs: this.#window?.allowedLatenessUs ?? 0,
      ...(this.#window?.emit === undefined ? {} : { emit: this.#window.emit }),
      ...(this.#window?.fill === undefined ? {} : { fill: this.#window.fill }),
      ...this.#ttl(options),
      columns: lifted.columns,
    });
    return collectionOver(this.#base.table ? 'Table' : 'StreamTable', made(node)) as never;
  }

  #ttl({ ttl }: GroupOptions): { readonly ttlUs?: number } {
    if (ttl === undefined) return {};
    if (this.#window === null) return { ttlUs: parseDuration(ttl, 'a time to live') };
    throw new MillraceError(
      'MR1330',
      'ttl is for groups without windows: those of a window are given up when it is final.',
      'Leave it out.',
    );
  }
}

/** Aggregate calls over a plan that has the results of their arguments' udfs as columns. */
export function liftCalls(
  plan: PlanNode,
  columns: AggregateNode['columns'],
): Pick<AggregateNode, 'columns'> & { plan: PlanNode } {
  const exprs = columns.flatMap(({ call }) => (call.where === null ? call.args : [...call.args, call.where]));
  const lifted = liftFunctions(plan, exprs);
  let at = 0;
  const take = () => lifted.exprs[at++];
  return {
    plan: lifted.plan,
    columns: columns.map(({ name, call }) => ({
      name,
      call: { ...call, args: call.args.map(take), where: call.where === null ? null : take() },
    })),
  };
}

export function callOf(name: string, value: unknown, method = 'aggregate') {
  if (value instanceof AggregateValue) {
    const { fn, args, where, distinct, options } = value;
    return { fn, args, where, distinct, options };
  }
  throw new MillraceError(
    'MR1305',
    `in ${method}(), '${name}' is no aggregate.`,
    'A group has many rows: say which value you mean, e.g. last(t.price), max(t.price) or count().',
  );
}
