import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { aggregateNode } from '../plan/build.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import type { PlanNode } from '../plan/plan.js';
import { AggregateValue } from './exprValue.js';
import { columnsProxy } from './exprMethods.js';
import type { ColumnsOf } from './expressions.js';
import { collectionOver } from './make.js';
import type { AggregatedRow, Aggregates, GroupedKinds, Kind } from './kinds.js';
import { made } from './origin.js';
import { usingAll } from './usage.js';

/** Options of `window`. */
export interface WindowOptions {
  /** How long after a window's end, by the watermark, late rows still revise it (`'0 s'`). Later ones are dropped and counted. */
  readonly allowedLateness?: DurationText;
}

/** A window and its options as the plan has them. */
export interface WindowChoice {
  readonly spec: WindowSpec;
  readonly allowedLatenessUs: number;
}

/** The plan that is grouped, and whether it is a bounded table's. */
export interface GroupingBase {
  readonly plan: PlanNode;
  readonly table: boolean;
}

export function windowOptions(spec: WindowSpec, options: WindowOptions): WindowChoice {
  const lateness = options.allowedLateness;
  return {
    spec,
    allowedLatenessUs: lateness === undefined ? 0 : parseDuration(lateness, 'an allowed lateness'),
  };
}

/** A collection cut into windows, not grouped yet. */
export class Windowed<K extends Kind, Row> {
  readonly #base: GroupingBase;
  readonly #window: WindowChoice;

  constructor(base: GroupingBase, window: WindowChoice) {
    this.#base = base;
    this.#window = window;
  }

  /** Groups each window's rows by columns. */
  groupBy<C extends keyof Row & string>(...keys: C[]): Grouped<K, Row, C, true> {
    return new Grouped(this.#base, keys, this.#window);
  }

  /** One row a window, over all of its rows. */
  aggregate<A extends Aggregates>(
    aggregates: (columns: ColumnsOf<Row>) => A,
  ): GroupedKinds<AggregatedRow<Row, never, true, A>>[K] {
    return new Grouped<K, Row, never, true>(this.#base, [], this.#window).aggregate(aggregates);
  }
}

/** A collection grouped by columns, and by window where there is one. */
export class Grouped<K extends Kind, Row, C extends keyof Row & string, W extends boolean> {
  readonly #base: GroupingBase;
  readonly #keys: readonly C[];
  readonly #window: WindowChoice | null;

  constructor(base: GroupingBase, keys: readonly C[], window: WindowChoice | null) {
    this.#base = base;
    this.#keys = keys;
    this.#window = window;
  }

  /** Cuts each group's event time into windows. */
  window(spec: WindowSpec, options: WindowOptions = {}): Grouped<K, Row, C, true> {
    return new Grouped(this.#base, this.#keys, windowOptions(spec, options));
  }

  /**
   * One row a group (and window), kept current. The row is the keys, then `windowStart`, `windowEnd` and `windowTime` where
   * there is a window, then the aggregates.
   *
   * @example .aggregate(t => ({ high: max(t.price), volume: sum(t.size), n: count() }))
   */
  aggregate<A extends Aggregates>(
    aggregates: (columns: ColumnsOf<Row>) => A,
  ): GroupedKinds<AggregatedRow<Row, C, W, A>>[K] {
    const columns = usingAll(
      'aggregate',
      () =>
        Object.entries(aggregates(columnsProxy())).map(([name, value]) => ({
          name,
          call: callOf(name, value),
        })),
      list => list.flatMap(({ call }) => (call.where === null ? call.args : [...call.args, call.where])),
    );
    const node = aggregateNode({
      input: this.#base.plan,
      keys: this.#keys,
      window: this.#window?.spec ?? null,
      allowedLatenessUs: this.#window?.allowedLatenessUs ?? 0,
      columns,
    });
    return collectionOver(this.#base.table ? 'Table' : 'StreamTable', made(node)) as never;
  }
}

function callOf(name: string, value: unknown) {
  if (value instanceof AggregateValue) {
    const { fn, args, where, distinct, options } = value;
    return { fn, args, where, distinct, options };
  }
  throw new MillraceError(
    'MR1305',
    `in aggregate(), '${name}' is no aggregate.`,
    'A group has many rows: say which value you mean, e.g. last(t.price), max(t.price) or count().',
  );
}
