import { tableFromColumns, tableToIPC } from '@uwdata/flechette';
import { rankNode, sortNode, sourceNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { arrowColumn, inferColumn } from './arrowColumns.js';
import { Collection } from './collection.js';
import { columnsProxy } from './exprMethods.js';
import type { ColumnsOf } from './expressions.js';
import type { Flat } from './kinds.js';
import { cachedPlan, uncachePlan } from './cache.js';
import { KeyIndex } from './keyValue.js';
import { makes } from './make.js';
import { sortKeys } from './ordering.js';
import type { Orderings } from './ordering.js';
import { usingAll } from './usage.js';
import { MillraceError } from '../columns/error.js';
import { scanPlan } from './applyFunctions.js';
import type { ScanOptions } from './applyFunctions.js';
import { made } from './origin.js';
import { rankColumns } from './rank.js';
import type { RankOptions } from './rank.js';
import { mapReducePlan } from './mapReduce.js';
import type { MapReduceKey, MapReduceOptions } from './mapReduce.js';
import { followedByPlan } from './followedBy.js';
import type { FollowedByOptions, SameColumns } from './followedBy.js';
import { Stream } from './stream.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import { tableOfArrow } from './tableOfArrow.js';
import { columnsOfDanfo } from './fromDanfo.js';
import type { AnyRow, RowSchema } from './types.js';

declare module './kinds.js' {
  interface Kinds<Row> {
    Table: Table<Row>;
  }
}

/** Columns as arrays of row values: numbers, text, booleans, Dates, Instants, null. */
export type ColumnValues<Row> = { readonly [C in keyof Row]: readonly Row[C][] };

/** A bounded, immutable, columnar table in memory (or in a file that is read whole). */
export class Table<Row> extends Collection<'Table', Row> {
  override readonly kind = 'Table';

  protected override over<R>(plan: PlanNode): Table<R> {
    return new Table<R>(plan);
  }

  /**
   * A function of yours that goes from row to row and keeps a state for each key: positions, P&L, a state machine. Rows come to it in event order,
   * one key's among those of others; each gives the next state, and a row or none. It runs where it was made (see `udf`), and its states with it:
   * a query that starts anew begins with `init`.
   *
   * @throws MillraceError `MR1801` (when the rows are read) where a function throws; `MR1803` where it gives no object
   * @example
   * fills.scan({
   *   by: 'symbol',
   *   init: () => ({ position: 0 }),
   *   step: (state, fill) => {
   *     const position = state.position + fill.size;
   *     return { state: { position }, out: { ts: fill.ts, symbol: fill.symbol, position } };
   *   },
   *   returns: schema({ ts: timestamp('us'), symbol: string, position: int64 }),
   * })
   */
  scan<State, Out, Key extends keyof Row & string = never>(
    options: ScanOptions<Row, State, Out, Key>,
  ): Table<Out> {
    return new Table<Out>(scanPlan(this.plan, options));
  }

  /**
   * These rows as history, and then those of a live stream, with no gap and no row twice: as `followedBy` of a stream.
   *
   * @example read('trades.parquet', { time: 'ts' }).followedBy(live, { by: 'symbol', sequence: 'tradeId' })
   */
  // By a type of its own: in conditions the row would keep collections from being compared by their rows alone.
  followedBy<Own, Live>(
    this: Table<Own>,
    live: Stream<Live> & SameColumns<Own, Live>,
    options: FollowedByOptions<Own>,
  ): Stream<Own> {
    return new Stream<Own>(followedByPlan(this.plan, live.plan, options));
  }

  /**
   * The rows in an order: of one expression or of several in turn, `desc(…)` from the greatest value down. NULL comes last either way, NaN is the
   * greatest number, and rows that are alike stay as they were.
   *
   * @example trades.sort(t => [desc(t.size), t.symbol])
   */
  sort(by: (columns: ColumnsOf<Row>) => Orderings): Table<Row> {
    const keys = usingAll(
      'sort',
      () => sortKeys(by(columnsProxy())),
      list => list.map(({ expr }) => expr),
    );
    return this.over(made(sortNode({ input: this.plan, by: keys, offset: 0, limit: null })));
  }

  /**
   * Each row with its places among the rows of its group in an order: `rank` and `denseRank`, where rows that are alike share one, and `rowNumber`.
   * NULL comes last either way, NaN is the greatest number; the rows stay in their order. The first rows alone, and places that change
   * while rows come, are for `topN`.
   *
   * @throws MillraceError `MR2131` where no column is named; `MR2102` for a name that is taken
   * @example
   * trades.rank({ by: t => desc(t.price), within: 'symbol', rank: 'place', denseRank: 'level' })
   * // { …, place: 1, level: 1 }, { …, place: 2, level: 2 }, { …, place: 2, level: 2 }, { …, place: 4, level: 3 }
   */
  rank<
    const W extends (keyof Row & string) | readonly (keyof Row & string)[] = [],
    const R extends string = never,
    const D extends string = never,
    const N extends string = never,
  >(options: RankOptions<Row, W, R, D, N>): Table<Flat<Row & { [C in R | D | N]: number }>> {
    const order = usingAll(
      'rank',
      () => sortKeys(options.by(columnsProxy())),
      keys => keys.map(({ expr }) => expr),
    );
    const given: string | readonly string[] = options.within ?? [];
    const within = typeof given === 'string' ? [given] : given;
    return this.over(made(rankNode({ input: this.plan, order, within, columns: rankColumns(options) })));
  }

  /**
   * Maps each row to pairs of a key and a value, brings the pairs together by key, and makes a row of each key: in threads, where there are any
   * (under Node), with keys cut into partitions by their hash. Rows come in order of the keys: numbers by size, text by code points, NULL last.
   *
   * The functions are sent as text and may name nothing outside of them (see `defineAggregate`); `map` may be two expressions instead.
   * `combine` must be associative and commutative. `explain()` and `stats()` tell after a run what went to which partition, and the heaviest keys.
   *
   * @throws MillraceError `MR1340` for a function that uses a variable from outside; `MR2206` for options that do not go together; when the rows
   * are read, `MR2205` for a function that throws, with the row or key; `MR2207` and `MR2209` for keys, values and rows that are none
   * @example
   * lines.mapReduce({
   *   map: line => line.text.split(' ').map(word => [word, 1]),
   *   combine: 'sum',
   *   returns: schema({ word: string, n: int64 }),
   * })
   * @example
   * trades.mapReduce({
   *   map: { key: t => t.symbol, value: t => t.price.mul(t.size) },
   *   combine: 'max',
   *   reduce: (symbol, [most]) => ({ symbol, most }),
   *   returns: schema({ symbol: string, most: float64 }),
   * })
   */
  mapReduce<const K extends MapReduceKey, V, Out>(options: MapReduceOptions<Row, K, V, Out>): Table<Out> {
    return this.over(mapReducePlan(this.plan, options));
  }

  /**
   * At most `n` rows, the first `offset` (0) left out.
   *
   * @example trades.sort(t => desc(t.size)).limit(10)
   */
  limit(n: number, offset = 0): Table<Row> {
    for (const count of [n, offset]) {
      if (Number.isSafeInteger(count) && count >= 0) continue;
      throw new MillraceError(
        'MR1812',
        `limit() takes whole numbers of rows, not ${count}.`,
        'Write limit(10).',
      );
    }
    const { plan } = this;
    // Rows that are sorted and cut are known to be so before they are made.
    const node =
      plan.kind === 'sort' && plan.limit === null && plan.offset === 0
        ? sortNode({ ...plan, offset, limit: n })
        : sortNode({ input: plan, by: [], offset, limit: n });
    return this.over(made(node));
  }

  /**
   * A table of columns. Types are inferred (whole numbers are int64, Dates timestamps) unless a schema says them.
   *
   * @example Table.of({ symbol: ['A', 'B'], price: [1.5, 2.5] })
   * @throws MillraceError `MR1306` for columns of different lengths or a value that does not fit its type
   */
  static of<Row>(
    columns: ColumnValues<Row>,
    options: { readonly schema?: RowSchema<Row>; readonly time?: keyof Row & string } = {},
  ): Table<Row> {
    const entries = Object.entries(columns) as [string, readonly unknown[]][];
    const lengths = new Set(entries.map(([, values]) => values.length));
    if (lengths.size > 1) {
      throw new MillraceError(
        'MR1306',
        `the columns have different lengths: ${entries.map(([name, values]) => `${name} ${values.length}`).join(', ')}.`,
        'Give every column a value for every row, null where there is none.',
      );
    }
    const fields = options.schema?.fields ?? entries.map(([name, values]) => inferColumn(name, values));
    const arrow = tableToIPC(
      tableFromColumns(
        fields.map(field => [field.name, arrowColumn(field, columns[field.name as keyof Row] ?? [])]),
      ),
      { format: 'stream' },
    );
    if (arrow === null) throw new MillraceError('MR9003', 'the columns could not be encoded.');
    return tableOfArrow<Row>(arrow, fields, options.time ?? null);
  }

  /**
   * A table of the rows of a danfojs DataFrame or Series. Columns that `toDanfo` has made keep their types in the DataFrame that it gave;
   * otherwise types are inferred as `Table.of` does, floats stay floats, and a schema says them. What is missing is NULL; NaN stays NaN.
   *
   * @example
   * const frame = await Table.of({ symbol: ['A', 'B'], price: [1.5, 2.5] }).toDanfo();
   * const same = Table.fromDanfo<{ symbol: string; price: number }>(frame);
   * @throws MillraceError `MR4108` for what is no DataFrame, `MR4107` or `MR1306` for values that do not fit their type
   */
  static fromDanfo<Row = AnyRow>(
    frame: object,
    options: { readonly schema?: RowSchema<Row>; readonly time?: keyof Row & string } = {},
  ): Table<Row> {
    const columns = columnsOfDanfo(frame, options.schema?.fields ?? null);
    const arrow = tableToIPC(tableFromColumns(columns.map(({ field, column }) => [field.name, column])), {
      format: 'stream',
    });
    if (arrow === null) throw new MillraceError('MR9003', 'the columns could not be encoded.');
    return tableOfArrow<Row>(
      arrow,
      columns.map(({ field }) => field),
      options.time ?? null,
    );
  }

  /**
   * Rows by the values of columns: a key-value store in memory. The table is read once, and kept until `close()` or until its cell is run again.
   *
   * @example
   * const kv = Table.of({ symbol: ['A', 'B'], price: [1.5, 2.5] }).index('symbol');
   * await kv.get('A'); await kv.range('A', 'B');
   * @throws MillraceError (when rows are asked for) `MR2200` for columns that rows cannot be found by
   */
  index<const C extends readonly [keyof Row & string, ...(keyof Row & string)[]]>(
    ...columns: C
  ): KeyIndex<Row, C> {
    return new KeyIndex<Row, C>(this.plan, columns, 'table');
  }

  /**
   * The same rows, computed once: what is made of them reads the kept columns instead of computing them again, until `uncache()` or until the
   * cell is run again. They count in the session's memory, and come with the watermarks that they were computed with. Computing begins at once.
   *
   * @example const clean = read('trades.csv').where(t => t.price.gt(0)).cache();
   * @throws MillraceError (when the rows are read) what computing them throws; `MR2202` over live feeds
   */
  cache(): Table<Row> {
    return this.over<Row>(cachedPlan(this.plan, 'table'));
  }

  /** Gives up the rows that `cache()` keeps: they are computed again whenever they are read. */
  async uncache(): Promise<void> {
    await uncachePlan(this.plan, 'table');
  }

  /** The rows as a stream that the session clock lets out as their time comes. */
  replay(options: TimeOptions<Row> & { readonly name?: string }): Stream<Row> {
    if (this.plan.kind !== 'source') {
      throw new MillraceError(
        'MR1307',
        'replay() needs a table that is read or made, not one that is computed.',
        'Replay its source and compute on the stream: it gives the same, row by row.',
      );
    }
    const { name, options: connectorOptions, connector, fields } = this.plan;
    return new Stream<Row>(
      made(
        sourceNode({
          name: options.name ?? name,
          connector,
          options: connectorOptions,
          fields,
          time: timeSpec(options) ?? this.plan.time,
          clocked: true,
        }),
      ),
    );
  }
}

makes('Table', plan => new Table(plan));
