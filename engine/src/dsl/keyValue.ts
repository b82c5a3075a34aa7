import type { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import type { HostReplies } from '../session/protocol.js';
import { exactValue } from './arrowColumns.js';
import { rowsOfArrow } from './arrowRows.js';
import type { Decimal } from './decimal.js';
import type { TimeLiteral } from './expressions.js';
import { KeyWatcher, type Unsubscribe, type WatchedRows } from './keyWatcher.js';

/** A value of a key as it may be written: times also as Dates and ISO text, decimals as text, integers as bigints. */
type KeyValueOf<Value> = Value extends Temporal.Instant
  ? Temporal.Instant | Date | string
  : Value extends Temporal.PlainDate
    ? Temporal.PlainDate | string
    : Value extends Decimal
      ? Decimal | string | number
      : Value extends number
        ? number | bigint
        : Value;

type KeyObject<Row, C extends readonly (keyof Row)[]> = {
  readonly [N in C[number]]: KeyValueOf<Row[N]>;
};

type KeyList<Row, C extends readonly (keyof Row)[]> = {
  readonly [I in keyof C]: KeyValueOf<Row[C[I]]>;
};

/** A key as arguments: a value for each column in their order, or one object of them by name. */
export type KeyArguments<Row, C extends readonly (keyof Row)[]> =
  KeyList<Row, C> | readonly [KeyObject<Row, C>];

/** A key as one argument: its value where the index has one column, a list in their order, or an object of them by name. */
export type Key<Row, C extends readonly (keyof Row)[]> =
  | (C extends readonly [infer One extends keyof Row] ? KeyValueOf<Row[One]> : never)
  | KeyList<Row, C>
  | KeyObject<Row, C>;

/** An end of a range: a key, the first columns of one as a list, or undefined for no end. */
export type KeyBound<Row, C extends readonly (keyof Row)[]> =
  Key<Row, C> | Partial<KeyList<Row, C>> | undefined;

/** Rows of a table by the values of some columns. Made by `index()`. */
export class KeyIndex<Row, const C extends readonly (keyof Row & string)[]> {
  protected readonly opened: Promise<HostReplies['index']>;
  #closed = false;

  constructor(
    protected readonly plan: PlanNode,
    readonly columns: C,
    over: 'now' | 'table' | { readonly at: string },
  ) {
    const owner = currentOwner();
    this.opened = ask({ type: 'index', plan, columns, owner, over });
    // Whoever asks for a row is told why there is none.
    this.opened.catch(() => undefined);
  }

  /**
   * The row of a key, or null. Where several rows have it, the newest: the last of them in the table's order.
   *
   * @example await kv.get('AAPL'); await kv.get('AAPL', '2026-01-05T09:31:00Z'); await kv.get({ symbol: 'AAPL', windowEnd })
   * @throws MillraceError `MR2201` for a key that is not of the index's columns; `MR2204` once it is closed
   */
  async get(...key: KeyArguments<Row, C>): Promise<Row | null> {
    const [row] = await this.#rows(key, false);
    return row ?? null;
  }

  /** All rows of a key, in the table's order. */
  async getAll(...key: KeyArguments<Row, C>): Promise<Row[]> {
    return this.#rows(key, true);
  }

  async #rows(given: readonly unknown[], all: boolean): Promise<Row[]> {
    const { indexId, bound } = await this.opened;
    const key = exactKey(given, this.columns, bound.fields);
    const { arrow } = await ask({ type: 'indexGet', indexId, key, all });
    return rowsOfArrow<Row>(arrow, bound.fields, {});
  }

  /**
   * The rows whose keys lie between two, both included, in order of the keys: numbers and times by size, text by code points, NULL last; rows
   * of one key in the table's order. A list of the first columns alone stands for all keys that begin so.
   *
   * @param options.limit at most so many rows, the first
   * @example await kv.range('A', 'B'); await bySymbolAndEnd.range(['AAPL'], ['AAPL'], { limit: 10 }); await kv.range('T', undefined)
   */
  async range(
    from: KeyBound<Row, C>,
    to: KeyBound<Row, C>,
    options: { readonly limit?: number } = {},
  ): Promise<Row[]> {
    const { indexId, bound } = await this.opened;
    const [low, high] = [from, to].map(given => exactBound(given, this.columns, bound.fields));
    const request = {
      type: 'indexRange',
      indexId,
      from: low,
      to: high,
      limit: options.limit ?? null,
    } as const;
    const { arrow } = await ask(request);
    return rowsOfArrow<Row>(arrow, bound.fields, {});
  }

  /** Gives the index up, and its hold on the query. Running its cell again does so, too. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const opened = await this.opened.catch(() => null);
    if (opened !== null) await ask({ type: 'indexClose', indexId: opened.indexId });
  }
}

/** Rows of a table that is kept current, by the values of some columns. Made by `StreamTable.index()`. */
export class LiveKeyIndex<Row, const C extends readonly (keyof Row & string)[]> extends KeyIndex<Row, C> {
  readonly #past: KeyIndex<Row, C>[] = [];
  readonly #watcher: KeyWatcher<Row>;

  constructor(plan: PlanNode, columns: C) {
    super(plan, columns, 'now');
    this.#watcher = new KeyWatcher<Row>(this.opened);
  }

  /**
   * The same table as it was when the clock stood at a time: an ISO time, a Date or Instant, or a time of day (UTC) of the replays' first day. The
   * replays are read again up to there, once for each call, and the rows are kept until this index is closed.
   *
   * @example const half = kv.at('10:30'); await half.get('AAPL')
   * @throws MillraceError (when rows are asked for) `MR2202` over live feeds; `MR2203` for a time that the clock has not reached
   */
  at(time: TimeLiteral): KeyIndex<Row, C> {
    const at = time instanceof Date ? time.toISOString() : String(time);
    const past = new KeyIndex<Row, C>(this.plan, this.columns, { at });
    this.#past.push(past);
    return past;
  }

  /**
   * Tells the row of a key: as it is, if there is one, and then whenever it is another; null when it is gone. Several changes within one turn are
   * told as one, and so are those that come while you are busy: what is told is always how the row is, never a row that it was before.
   *
   * @returns with a function, what ends it; without one, rows to go through with `for await`, which ends with the input
   * @example const stop = kv.watch('AAPL', row => console.log(row?.close))
   * @example for await (const row of kv.watch('AAPL')) if (row !== null && row.close > 200) break;
   */
  watch(key: Key<Row, C>): WatchedRows<Row>;
  watch(key: Key<Row, C>, tell: (row: Row | null) => void): Unsubscribe;
  watch(key: Key<Row, C>, tell?: (row: Row | null) => void): WatchedRows<Row> | Unsubscribe {
    const exact = (fields: readonly Field[]): readonly Value[] => {
      const values = listOf(key, this.columns) ?? [key];
      return exactKey(values, this.columns, fields);
    };
    return tell === undefined ? this.#watcher.rows(exact) : this.#watcher.subscribe(exact, tell);
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), ...this.#past.splice(0).map(past => past.close())]);
  }
}

/** The values of a list, or of an object by the columns' names; null for a single value. */
function listOf(given: unknown, columns: readonly string[]): readonly unknown[] | null {
  if (Array.isArray(given)) return given;
  if (typeof given !== 'object' || given === null) return null;
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return null;
  const unknown = Object.keys(given).find(name => !columns.includes(name));
  if (unknown !== undefined) throw wrongKey(`'${unknown}' is none of its columns`, columns);
  const missing = columns.find(name => !Object.hasOwn(given, name));
  if (missing !== undefined) throw wrongKey(`'${missing}' is missing`, columns);
  return columns.map(name => (given as Record<string, unknown>)[name]);
}

function exactKey(
  given: readonly unknown[],
  columns: readonly string[],
  fields: readonly Field[],
): readonly Value[] {
  const values = given.length === 1 ? (listOf(given[0], columns) ?? given) : given;
  if (values.length !== columns.length || values.includes(undefined))
    throw wrongKey(`${values.length} values were given`, columns);
  return values.map((value, k) => exact(value, columns[k], fields));
}

function exactBound(given: unknown, columns: readonly string[], fields: readonly Field[]): readonly Value[] {
  if (given === undefined) return [];
  const values = listOf(given, columns) ?? [given];
  if (values.length > columns.length || values.includes(undefined))
    throw wrongKey(`${values.length} values were given`, columns);
  return values.map((value, k) => exact(value, columns[k], fields));
}

function exact(value: unknown, column: string, fields: readonly Field[]): Value {
  const field = fields.find(({ name }) => name === column)!;
  return value === null ? null : exactValue(field, value);
}

function wrongKey(what: string, columns: readonly string[]): MillraceError {
  const named = columns.join(', ');
  return new MillraceError(
    'MR2201',
    `a key of this index is of ${named}; ${what}.`,
    columns.length === 1
      ? `Write get(${columns[0]}).`
      : `Write get(${named}) or get({ ${named} }); a range takes lists: range([${columns[0]}], [${columns[0]}]).`,
  );
}
