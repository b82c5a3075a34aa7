import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { keepNode } from '../plan/build.js';
import type { Retention } from '../plan/nodes/keep.js';
import type { PlanNode } from '../plan/plan.js';
import { Collection } from './collection.js';
import { collectionOver, makes } from './make.js';
import { made } from './origin.js';
import type { Kinds } from './kinds.js';

/** What a table keeps. */
export interface KeepOptions {
  /** Rows of the last so long of event time: `'1 h'`. */
  readonly last?: DurationText;
  /** At most so many rows (1 million). */
  readonly rows?: number;
  /** At most so many bytes (256 MB). */
  readonly bytes?: number;
}

export function retentionOf(options: KeepOptions): Retention {
  return {
    lastUs: options.last === undefined ? null : parseDuration(options.last, 'a time to keep rows'),
    rows: options.rows ?? null,
    bytes: options.bytes ?? null,
  };
}

declare module './kinds.js' {
  interface Kinds<Row> {
    Stream: Stream<Row>;
  }
}

/** An unbounded, append-only sequence of events with event time: a source, or what operators make of one. */
export class Stream<Row> extends Collection<'Stream', Row> {
  override readonly kind = 'Stream';

  protected override over<R>(plan: PlanNode): Stream<R> {
    return new Stream<R>(plan);
  }

  /** The recent rows as a table: `trades.keep({ last: '1 h' })`. Rows that go are counted. */
  keep(options: KeepOptions = {}): Kinds<Row>['StreamTable'] {
    return collectionOver<'StreamTable', Row>(
      'StreamTable',
      made(keepNode({ input: this.plan, retention: retentionOf(options) })),
    );
  }
}

makes('Stream', plan => new Stream(plan));
