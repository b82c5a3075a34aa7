import { encodeArrow } from '../codecs/arrow.js';
import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import { UnknownColumnError } from '../expr/error.js';
import type { PlanNode } from '../plan/plan.js';
import { KeyLookup } from '../runtime/keyLookup.js';
import type { Runtime } from '../runtime/runtime.js';
import { Signal } from '../runtime/signal.js';
import { whenCurrent } from './hostCurrent.js';
import { KeyWatches } from './hostWatches.js';
import { readTableAt, readWholeTable } from './hostReads.js';
import type { HeldQuery, QueryRegistry } from './hostQueries.js';
import type { BoundPlan, HostReplies, HostRequest } from './protocol.js';

/** An index that cannot be made, or that is not there any more. */
export class IndexError extends MillraceError {
  override readonly name = 'IndexError';
}

type Request<Type extends HostRequest['type']> = Extract<HostRequest, { type: Type }>;

/** An index that a cell has made: a table, and how its rows are found. */
interface HeldIndex {
  readonly owner: string | null;
  readonly bound: BoundPlan;
  readonly lookup: KeyLookup;
  /** Null for a table that does not change. */
  readonly held: HeldQuery | null;
  readonly watches: KeyWatches | null;
  /** Ends the counting of its memory. */
  readonly forget: () => void;
  /** Wakes those who wait for its rows when it is closed. */
  readonly closed: Signal;
}

/** The indexes of a session: rows of tables by key, for whoever asks. */
export class IndexRegistry {
  readonly #indexes = new Map<string, HeldIndex>();
  #lastId = 0;

  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
  ) {}

  async open(request: Request<'index'>): Promise<HostReplies['index']> {
    const { plan, columns, owner, over } = request;
    const opened = over === 'now' ? await this.#live(plan, columns) : await this.#still(plan, columns, over);
    const indexId = `i${++this.#lastId}`;
    this.#indexes.set(indexId, { owner, ...opened });
    return { indexId, bound: opened.bound };
  }

  /** All of them, with who made them. */
  get all(): readonly Pick<HeldIndex, 'owner' | 'held'>[] {
    return [...this.#indexes.values()];
  }

  /** Over a query that goes on. */
  async #live(plan: PlanNode, columns: readonly string[]): Promise<Omit<HeldIndex, 'owner'>> {
    const held = await this.queries.hold(plan);
    const { bound } = held.prepared;
    try {
      checkColumns(columns, bound);
      const lookup = new KeyLookup(held.query.table, columns);
      const watches = new KeyWatches(held.query, lookup, bound.fields, this.runtime.options.defer);
      return { bound, lookup, held, watches, forget: () => undefined, closed: new Signal() };
    } catch (error) {
      await this.queries.release(held);
      throw error;
    }
  }

  /** Over rows that do not change: of a table, or as they were at a time. */
  async #still(
    plan: PlanNode,
    columns: readonly string[],
    over: 'table' | { readonly at: string },
  ): Promise<Omit<HeldIndex, 'owner'>> {
    const { table, bound } =
      over === 'table'
        ? await readWholeTable(plan, this.runtime, this.queries)
        : await readTableAt(plan, over.at, this.runtime, this.queries);
    checkColumns(columns, bound);
    const lookup = new KeyLookup(table, columns);
    const what = `an index of ${table.total} rows by ${columns.join(', ')}`;
    const holder = { bytes: () => table.bytes, holdings: () => [{ what, bytes: table.bytes }] };
    return {
      bound,
      lookup,
      held: null,
      watches: null,
      forget: this.runtime.memory.add(holder),
      closed: new Signal(),
    };
  }

  async get({ indexId, key, all }: Request<'indexGet'>): Promise<HostReplies['indexGet']> {
    const index = await this.#ready(indexId);
    const { lookup } = index;
    if (all) return rowsAt(index, lookup.all(key));
    const position = lookup.newest(key);
    return rowsAt(index, position < 0 ? new Int32Array(0) : Int32Array.of(position));
  }

  async range({ indexId, from, to, limit }: Request<'indexRange'>): Promise<HostReplies['indexRange']> {
    const index = await this.#ready(indexId);
    return rowsAt(index, index.lookup.range(from, to, limit ?? Infinity));
  }

  watch({ indexId, watch, key }: Request<'indexWatch'>): null {
    const { watches } = this.#get(indexId);
    if (key === null) watches?.remove(watch);
    else watches?.add(watch, key);
    return null;
  }

  async changes({ indexId }: Request<'indexChanges'>): Promise<HostReplies['indexChanges']> {
    const { watches, bound } = this.#get(indexId);
    if (watches === null) return { closed: true };
    const changes = await watches.next();
    if (changes === null) return { closed: true };
    const { changed, gone, columns, ended } = changes;
    return { closed: false, changed, gone, ended, arrow: encodeArrow(bound.fields, columns, changed.length) };
  }

  /** Gives an index up. Nothing happens where it is not there. */
  async close(indexId: string): Promise<void> {
    const held = this.#end(indexId);
    if (held !== null) await this.queries.release(held);
  }

  /** Ends an index; returns its hold. */
  #end(indexId: string): HeldQuery | null {
    const index = this.#indexes.get(indexId);
    if (index === undefined) return null;
    this.#indexes.delete(indexId);
    index.watches?.close();
    index.closed.wake();
    index.lookup.close();
    index.forget();
    return index.held;
  }

  /** Ends the indexes of an owner; returns their holds. */
  takeOwned(owner: string): HeldQuery[] {
    const ids = [...this.#indexes].filter(([, index]) => index.owner === owner).map(([indexId]) => indexId);
    return ids.map(indexId => this.#end(indexId)).filter(held => held !== null);
  }

  /** Gives up the indexes of an owner; of all owners where none is named. */
  async closeAll(owner?: string): Promise<void> {
    const ids = [...this.#indexes].filter(([, index]) => owner === undefined || index.owner === owner);
    await Promise.all(ids.map(([indexId]) => this.close(indexId)));
  }

  #get(indexId: string): HeldIndex {
    const index = this.#indexes.get(indexId);
    if (index !== undefined) return index;
    throw new IndexError(
      'MR2204',
      'this index has been closed, or its cell has been run again.',
      'Make it again: t.index(…).',
    );
  }

  /** The index once its table is as it is at the clock's time: where no clock holds the input, at its end. */
  async #ready(indexId: string): Promise<HeldIndex> {
    const index = this.#get(indexId);
    if (index.held !== null) await Promise.race([whenCurrent(index.held, this.runtime), index.closed.wait()]);
    return this.#get(indexId);
  }
}

function rowsAt({ bound, lookup }: HeldIndex, positions: Int32Array): HostReplies['indexGet'] {
  const { table } = lookup;
  return {
    arrow: encodeArrow(bound.fields, table.gather(positions), positions.length),
    rows: positions.length,
  };
}

function checkColumns(columns: readonly string[], { fields }: BoundPlan): void {
  for (const name of columns) {
    const field = fields[fieldIndex({ fields }, name)];
    if (field === undefined) {
      throw new UnknownColumnError(
        name,
        fields.map(each => each.name),
      );
    }
    if (field.type.kind !== 'json') continue;
    throw new IndexError(
      'MR2200',
      `index() finds rows by plain values, and '${name}' holds nested ones.`,
      `Take out what they are found by: t.derive(r => ({ id: r.${name}.… })).index('id').`,
    );
  }
  if (columns.length > 0 && new Set(columns).size === columns.length) return;
  throw new IndexError(
    'MR2200',
    columns.length === 0 ? 'index() names no column.' : 'index() names a column twice.',
    "Name what rows are found by: bars.index('symbol', 'windowEnd').",
  );
}
