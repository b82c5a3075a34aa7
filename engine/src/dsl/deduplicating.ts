import { Combined } from './combined.js';
import { deduplicatePlan } from './changelog.js';
import type { ChangingKinds, DeduplicateOptions, FirstRowsOptions, WindowRowsOptions } from './changelog.js';
import type { Kind, Kinds } from './kinds.js';
import { collectionOver } from './make.js';

/** What collections have of one row a key. */
export abstract class Deduplicating<K extends Kind, Row> extends Combined<K, Row> {
  /**
   * One row of each key: the first or the last in event order (without event time, as they came), or in another `order`.
   *
   * The first rows of a stream are a stream: each comes once the watermark has passed it, and never changes. The last ones are a table of the
   * key, since a row may always come that takes its place; so are the first ones in another order. Of final windows
   * (`within: 'windowEnd'`) each key's row comes once, when its window is complete: a stream.
   *
   * @example
   * orders.deduplicate({ by: 'id', keep: 'first' })                               // a stream
   * orders.deduplicate({ by: 'id', keep: 'last', order: t => t.version })         // a table of the ids
   * @throws MillraceError `MR2185`, `MR2187` where an order is needed; `MR2186` for no key
   */
  deduplicate(options: FirstRowsOptions<Row> | WindowRowsOptions<Row>): Kinds<Row>[K];
  deduplicate(options: DeduplicateOptions<Row>): ChangingKinds<Row>[K];
  deduplicate(options: DeduplicateOptions<Row>): unknown {
    const { plan, appends } = deduplicatePlan(this.plan, options as never);
    return collectionOver(this.kind === 'Stream' && !appends ? 'StreamTable' : this.kind, plan);
  }
}
