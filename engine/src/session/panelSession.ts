import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import type { CacheRegistry } from './hostCaches.js';
import type { IndexRegistry } from './hostIndexes.js';
import type { HeldQuery, QueryRegistry } from './hostQueries.js';
import type { RecordingRegistry } from './hostRecordings.js';
import type { Samples } from './hostSamples.js';
import type { ViewRegistry } from './hostViews.js';
import type { WriteRegistry } from './hostWrites.js';

/** A session as its panel sees it. */
export interface PanelSession {
  readonly runtime: Runtime;
  readonly queries: QueryRegistry;
  readonly views: ViewRegistry;
  readonly indexes: IndexRegistry;
  readonly caches: CacheRegistry;
  readonly writes: WriteRegistry;
  readonly recordings: RecordingRegistry;
  readonly samples: Samples;
  /** Queries that cells hold. */
  readonly open: ReadonlyMap<
    string,
    { readonly plan: PlanNode; readonly held: HeldQuery; readonly owner: string | null }
  >;
  /** A plan as its cell has written it. */
  readonly writtenOf: (plan: PlanNode) => PlanNode;
  readonly ids: Ids;
}

/** Short names for what has none: the same for as long as it lives. */
export class Ids {
  readonly #byObject = new WeakMap<object, string>();
  readonly #byKey = new Map<string, string>();
  #last = 0;

  of(what: object | string): string {
    // Keys are hashes of plans, which come again with their cells: so does what is unfolded of them.
    let id = typeof what === 'string' ? this.#byKey.get(what) : this.#byObject.get(what);
    if (id !== undefined) return id;
    id = `n${++this.#last}`;
    if (typeof what !== 'string') this.#byObject.set(what, id);
    else {
      this.#byKey.set(what, id);
      if (this.#byKey.size > MOST_KEYS) this.#byKey.delete(this.#byKey.keys().next().value as string);
    }
    return id;
  }
}

/** Plans whose numbers are remembered. */
const MOST_KEYS = 10_000;
