import type { Batch } from '../columns/batch.js';
import { MillraceError } from '../columns/error.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { Field } from '../columns/types.js';
import { RowStore } from '../operators/rowStore.js';
import { cacheNode, sourceNode } from '../plan/build.js';
import { planChildren, planNodes } from '../plan/children.js';
import { planHash } from '../plan/hash.js';
import type { CacheNode } from '../plan/nodes/cache.js';
import type { PlanNode } from '../plan/plan.js';
import { withInputs } from '../plan/replaceSources.js';
import type { Runtime } from '../runtime/runtime.js';
import type { KeptRows } from '../sources/cached.js';
import { preparePlan, type HeldQuery, type QueryRegistry } from './hostQueries.js';
import { pipelineStats } from './hostStats.js';
import { readToEnd } from './readToEnd.js';

/** Rows that cannot be kept. */
export class CacheError extends MillraceError {
  override readonly name = 'CacheError';
}

/** A plan whose result somebody has asked to keep. */
interface Pinned {
  readonly plan: CacheNode;
  /** Who did: cells, or nobody in particular. */
  readonly owners: Set<string | null>;
  /** The query of a table that is kept current, once it is held. */
  query: HeldQuery | null;
  /** The rows of a bounded plan, with the number of their computing. */
  readonly rows: Promise<Kept> | null;
  /** The query of a table that is kept current. */
  readonly held: Promise<HeldQuery> | null;
  /** The rows, once they are there. */
  kept: Kept | null;
  forget: () => void;
}

/** A result that is kept, as it is told. */
interface KeptResult {
  readonly hash: string;
  readonly plan: CacheNode;
  readonly owners: readonly string[];
  /** The query of a table that is kept current. */
  readonly held: HeldQuery | null;
  /** The rows of a bounded plan, once they are there. */
  readonly kept: { readonly rows: number; readonly bytes: number } | null;
}

interface Kept {
  readonly id: number;
  readonly rows: KeptRows;
  readonly bytes: number;
  readonly name: string;
  readonly time: string | null;
  readonly sequence: string | null;
}

/**
 * The results that are kept: rows of bounded plans, which other plans then read as a source, and queries of tables that are kept
 * current, which go on while nobody else looks at them. A `cache` node of a plan stands for these rows; where nothing is kept they are computed.
 */
export class CacheRegistry {
  readonly #pinned = new Map<string, Pinned>();
  #lastId = 0;

  /** @param rowsOf the rows of the cached source, by the number of their computing */
  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
    readonly rowsOf: Map<number, KeptRows>,
  ) {}

  /** Keeps a plan's result until all who asked for it give it back. Computing goes on by itself. */
  pin(plan: CacheNode, owner: string | null): void {
    const { over, input } = plan;
    const hash = planHash(plan);
    const known = this.#pinned.get(hash);
    if (known !== undefined && known.query?.query.error == null) {
      known.owners.add(owner);
      return;
    }
    // A query that has failed begins anew for all who asked for it.
    if (known !== undefined) void this.#drop(hash);
    const pinned: Pinned = {
      plan,
      kept: null,
      owners: new Set([...(known?.owners ?? []), owner]),
      query: null,
      rows: over === 'table' ? this.#compute(plan).then(kept => this.#register(hash, pinned, kept)) : null,
      held: over === 'now' ? this.resolve(input).then(resolved => this.queries.hold(resolved)) : null,
      forget: () => undefined,
    };
    this.#pinned.set(hash, pinned);
    const failed = (): void => {
      if (this.#pinned.get(hash) === pinned) this.#pinned.delete(hash);
    };
    pinned.rows?.catch(failed);
    pinned.held?.then(held => (pinned.query = held)).catch(failed);
  }

  /** The rows are there for whoever reads them, unless they have been given up meanwhile. */
  #register(hash: string, pinned: Pinned, kept: Kept): Kept {
    if (this.#pinned.get(hash) !== pinned) return kept;
    const { id, bytes } = kept;
    const what = `a table of ${kept.rows.length} rows, ${kept.name}`;
    const forget = this.runtime.memory.add({ bytes: () => bytes, holdings: () => [{ what, bytes }] });
    this.rowsOf.set(id, kept.rows);
    pinned.kept = kept;
    pinned.forget = () => {
      forget();
      this.rowsOf.delete(id);
    };
    return kept;
  }

  async #compute({ input, over }: CacheNode): Promise<Kept> {
    const { runtime } = this;
    const resolved = cacheNode({ input: await this.resolve(input), over });
    const prepared = await preparePlan(resolved, runtime);
    const { sources, bound } = prepared;
    const live = sources.find(source => source.live);
    if (live !== undefined) {
      throw new CacheError(
        'MR2202',
        `this table would never be complete: '${live.summary.name}' is a live feed.`,
        'Cache the table that is kept current, or a snapshot: (await t.snapshot()).cache().',
      );
    }
    const physical = prepared.closing();
    const isPlaced = planNodes(resolved.input).every(({ kind }) => PLACED.has(kind));
    const collector = new Rows(bound.fields, physical.table.time !== null, isPlaced);
    await readToEnd(physical, sources, runtime, {
      kept: () => collector.bytes(),
      take(batch) {
        collector.take(batch);
        return false;
      },
      measured: (pipeline, merge) =>
        this.queries.noteRead(resolved, pipelineStats({ pipeline, merge, sources }, 'read')),
    });
    const boundUs = Math.max(0, ...bound.sources.map(source => source.boundUs));
    const rows: KeptRows = { fields: bound.fields, boundUs, ...collector.result() };
    const names = bound.sources.map(source => source.name).join(', ');
    const id = ++this.#lastId;
    const orders = new Set(physical.sources.map(({ node }) => node.time?.sequence ?? null));
    const [sequence] = orders;
    const isOrdered = orders.size === 1 && bound.fields.some(field => field.name === sequence);
    return {
      id,
      rows,
      bytes: collector.bytes(),
      name: `cached ${names}`,
      time: bound.time,
      sequence: isOrdered ? sequence : null,
    };
  }

  /** A plan without `cache` nodes: each is the source of its kept rows, once these are there, or its input. */
  async resolve(plan: PlanNode): Promise<PlanNode> {
    if (!planNodes(plan).some(({ kind }) => kind === 'cache')) return plan;
    const known = new Map<PlanNode, PlanNode>();
    for (const node of planNodes(plan)) known.set(node, await this.#resolved(node, known));
    return known.get(plan)!;
  }

  async #resolved(node: PlanNode, known: ReadonlyMap<PlanNode, PlanNode>): Promise<PlanNode> {
    if (node.kind === 'cache') {
      const kept = await this.#pinned.get(planHash(node))?.rows;
      return kept == null || !this.rowsOf.has(kept.id) ? this.#unkept(node, known) : cachedSource(kept);
    }
    return withInputs(
      node,
      planChildren(node).map(child => known.get(child)!),
    );
  }

  /** A node whose rows are not kept stays as it is; a table that is kept current is its input, so that equal queries are one. */
  #unkept(node: CacheNode, known: ReadonlyMap<PlanNode, PlanNode>): PlanNode {
    const input = known.get(node.input)!;
    if (node.over === 'now') return input;
    return input === node.input ? node : cacheNode({ input, over: node.over });
  }

  /** The running query of a plan whose table is kept current for whoever reads it; null where none is. */
  async heldQuery(plan: PlanNode): Promise<HeldQuery | null> {
    return (await this.#pinned.get(planHash(cacheNode({ input: plan, over: 'now' })))?.held) ?? null;
  }

  /** What is kept, or is being computed to be. */
  get list(): readonly KeptResult[] {
    return [...this.#pinned].map(([hash, { plan, owners, query, kept }]) => ({
      hash,
      plan,
      owners: [...owners].filter(owner => owner !== null),
      held: query,
      kept: kept === null ? null : { rows: kept.rows.length, bytes: kept.bytes },
    }));
  }

  /** Gives up the result of this hash, whoever asked for it. */
  async release(hash: string): Promise<void> {
    await this.#drop(hash);
  }

  /** Gives up a plan's result, whoever asked for it. */
  async unpin(plan: CacheNode): Promise<void> {
    await this.#drop(planHash(plan));
  }

  async #drop(hash: string): Promise<void> {
    const pinned = this.#pinned.get(hash);
    if (pinned === undefined) return;
    this.#pinned.delete(hash);
    await pinned.rows?.catch(() => undefined);
    pinned.forget();
    const held = await pinned.held?.catch(() => null);
    if (held != null) await this.queries.release(held);
  }

  /** What an owner has asked for so far is kept until `settle` alone, unless it asks again. */
  retire(owner: string): void {
    for (const { owners } of this.#pinned.values()) if (owners.delete(owner)) owners.add(retired(owner));
  }

  async settle(owner: string): Promise<void> {
    await this.releaseAll(retired(owner));
  }

  /** Gives up what an owner alone has asked for; all of it where none is named. */
  async releaseAll(owner?: string): Promise<void> {
    const dropped = [...this.#pinned].filter(([, { owners }]) => {
      if (owner === undefined) return true;
      return owners.delete(owner) && owners.size === 0;
    });
    await Promise.all(dropped.map(([hash]) => this.#drop(hash)));
  }
}

/** An owner as it was before its cell was run again. */
function retired(owner: string): string {
  return `${owner} before`;
}

function cachedSource({ id, name, time, sequence }: Kept): PlanNode {
  return sourceNode({
    name,
    connector: 'cached',
    options: { cache: id },
    fields: null,
    time: time === null ? null : { column: time, boundUs: null, idleTimeoutUs: null, sequence },
    clocked: false,
  });
}

/** The nodes whose rows are those of one source, in its order: they were received when the source's were. */
const PLACED: ReadonlySet<PlanNode['kind']> = new Set(['source', 'filter', 'project', 'cache']);

/** Rows that only come, each with the watermark after it, and when it was received where that is known. */
export class Rows {
  readonly #rows: RowStore;
  #marks: Float64Array | null;
  #places: Float64Array | null;
  #before: EventTime = START_OF_TIME;

  constructor(fields: readonly Field[], timed: boolean, placed: boolean) {
    this.#rows = new RowStore({ fields });
    this.#marks = timed ? new Float64Array(0) : null;
    this.#places = placed ? new Float64Array(0) : null;
  }

  take({ columns, length, marks, places, watermark }: Batch): void {
    const from = this.#rows.used;
    if (length > 0) {
      this.#rows.append(columns, 0, length);
      this.#marks = this.#extended(this.#marks, marks, from, length);
      this.#places = this.#extended(this.#places, places ?? null, from, length);
    }
    this.#raise(watermark);
  }

  /** What is known of all rows so far, with that of the next ones; null where it is not known of all. */
  #extended(
    all: Float64Array | null,
    next: Float64Array | null,
    from: number,
    length: number,
  ): Float64Array | null {
    if (all === null || next === null) return null;
    let extended = all;
    if (all.length < this.#rows.used) {
      extended = new Float64Array(this.#rows.capacity);
      extended.set(all);
    }
    extended.set(next.subarray(0, length), from);
    return extended;
  }

  /** Rows that have been left out have moved the watermark that the next one is judged by. */
  #raise(watermark: EventTime): void {
    const last = this.#rows.used - 1;
    if (watermark === Infinity || this.#marks === null) return;
    if (last < 0) this.#before = Math.max(this.#before, watermark);
    else this.#marks[last] = Math.max(this.#marks[last], watermark);
  }

  bytes(): number {
    return this.#rows.bytes() + (this.#marks?.byteLength ?? 0) + (this.#places?.byteLength ?? 0);
  }

  result() {
    const length = this.#rows.used;
    const marks = this.#marks?.subarray(0, length) ?? null;
    const places = (length > 0 ? this.#places?.subarray(0, length) : null) ?? null;
    return { columns: this.#rows.view(0, length), marks, places, before: this.#before, length };
  }
}
