import type { Column } from '../columns/column.js';
import { planSources } from '../plan/children.js';
import { planHash } from '../plan/hash.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import type { OpenSource } from '../sources/source.js';
import { preparePlan, type QueryRegistry } from './hostQueries.js';
import type { HostReplies } from './protocol.js';
import { columnTexts } from './columnTexts.js';

/** A sample has so many rows at most, and a value of it so many characters. */
const MOST_ROWS = 20;
const MOST_CHARACTERS = 60;
/** A source is asked so often for its first rows: those that it rejects are none. */
const MOST_BATCHES = 8;
/** Plans that are known by names. */
const MOST_NAMES = 2000;

type Sample = HostReplies['sample'];

/** What is known of plans without running them: their columns, and some rows that are there already. */
export class Samples {
  readonly #named = new Map<string, PlanNode>();
  #names: ReadonlyMap<string, string> | null = null;

  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
  ) {}

  /** Keeps a plan under a name, for `named`. */
  name(name: string, plan: PlanNode): void {
    this.#names = null;
    this.#named.delete(name);
    this.#named.set(name, plan);
    if (this.#named.size > MOST_NAMES) this.#named.delete(this.#named.keys().next().value as string);
  }

  /** The plan of a name, or null. */
  named(name: string): PlanNode | null {
    return this.#named.get(name) ?? null;
  }

  /** The names by the hashes of their plans as cells have written them. */
  names(writtenOf: (plan: PlanNode) => PlanNode): ReadonlyMap<string, string> {
    this.#names ??= new Map([...this.#named].map(([name, plan]) => [planHash(writtenOf(plan)), name]));
    return this.#names;
  }

  forget(): void {
    this.#named.clear();
    this.#names = null;
  }

  /** The columns of a plan, and the last rows of its query where that runs; of a file or another source that can be read again, the first ones. */
  async of(plan: PlanNode, limit: number): Promise<Sample> {
    const { bound, sources } = await preparePlan(plan, this.runtime);
    const { fields, time, key } = bound;
    const rows = Math.max(0, Math.min(limit, MOST_ROWS));
    const kept = await this.#kept(plan, rows);
    const first = kept === null && plan.kind === 'source' ? await firstRows(sources[0], rows) : null;
    return { fields, time, key, sources: planSources(plan).map(placeOf), rows: kept ?? first };
  }

  /** The same of a source that is looked at anew: a file may have been written a moment ago. */
  async look(node: PlanNode, limit: number): Promise<Sample> {
    if (node.kind !== 'source' || node.connector === 'cached') return this.of(node, limit);
    const source = await this.runtime.look(node);
    try {
      const { fields, time } = source.summary;
      const rows = await firstRows(source, Math.max(0, Math.min(limit, MOST_ROWS)));
      return { fields, time: node.time?.column ?? time, key: null, sources: [placeOf(node)], rows };
    } finally {
      await source.close();
    }
  }

  async #kept(plan: PlanNode, limit: number): Promise<Sample['rows']> {
    const table = (await this.queries.running(plan))?.query.table;
    if (table === undefined || table.total === 0) return null;
    const positions = table.positions(Math.max(0, table.total - limit), limit);
    return { which: 'last', columns: texts(table.gather(positions), positions.length) };
  }
}

function placeOf({ name, connector, options }: SourceNode): Sample['sources'][number] {
  return { name, connector, path: typeof options.path === 'string' ? options.path : null };
}

/** The first rows of a source that can be read again. */
async function firstRows(source: OpenSource, limit: number): Promise<Sample['rows']> {
  if (source.live || limit === 0) return null;
  const reader = source.read();
  try {
    for (let asked = 0; asked < MOST_BATCHES; asked++) {
      const batch = await reader.next(limit);
      if (batch === null) return null;
      if (batch.length > 0)
        return { which: 'first', columns: texts(batch.columns, Math.min(limit, batch.length)) };
    }
    return null;
  } finally {
    await reader.close();
  }
}

function texts(columns: readonly Column[], rows: number): (string | null)[][] {
  return columns.map(column => {
    const textOf = columnTexts(column);
    return Array.from({ length: rows }, (_, row) => {
      const text = textOf(row);
      return text === null ? null : cut(text, MOST_CHARACTERS);
    });
  });
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
