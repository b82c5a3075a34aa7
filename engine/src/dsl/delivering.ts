import type { RowAs, RowOptions } from './arrowRows.js';
import type { Changed } from './changelog.js';
import { Deduplicating } from './deduplicating.js';
import type { FileSink } from './files.js';
import type { Kind } from './kinds.js';
import { rowsOf, Subscription, type SubscribeOptions } from './subscribing.js';
import { Write, type WriteOptions } from './writing.js';

/** What collections have that gives their rows to somebody, one after the other. */
export abstract class Delivering<K extends Kind, Row> extends Deduplicating<K, Row> {
  /**
   * Writes the rows to a file, a database or whoever listens. Of an input that ends it resolves at the end; a live write goes on, see `Write`.
   * Of a table that changes each row is written when it is final, unless told otherwise.
   *
   * @example await trades.writeTo(file.parquet('data/trades.parquet'))
   * @throws MillraceError `MR3901` where no row of a table is ever final
   */
  writeTo(sink: FileSink, options: WriteOptions = {}): Write {
    return new Write(this.plan, sink, options);
  }

  /**
   * Calls a function with each row, in their order, as they come: from the start of what the sources have, recorded rows as the session clock lets them out.
   * It runs where it was made; while it is busy rows are kept, and past a million of them the source waits. A promise that it gives is awaited.
   *
   * Of a table that changes it gets final rows, or with `emit: 'changes'` every change, with the column `kind`. It ends with its input, with `stop()`, when the
   * function throws (which is shown at its cell), and when its cell is run again.
   *
   * @example
   * const alerts = bars.final().subscribe(bar => console.log(bar.symbol, bar.close));
   * await alerts.stop();
   * @throws MillraceError `MR3901` (through `finished()`) where no row of a table is ever final; `MR1738` for a function that throws
   */
  subscribe<const Options extends RowOptions = RowOptions>(
    each: (row: Changed<RowAs<Row, Options>, 'kind'>) => unknown,
    options: SubscribeOptions & Options & { readonly emit: 'changes'; readonly batch?: false },
  ): Subscription;
  subscribe<const Options extends RowOptions = RowOptions>(
    each: (rows: RowAs<Row, Options>[]) => unknown,
    options: SubscribeOptions & Options & { readonly batch: true; readonly emit?: 'final' },
  ): Subscription;
  subscribe<const Options extends RowOptions = RowOptions>(
    each: (row: RowAs<Row, Options>) => unknown,
    options?: SubscribeOptions & Options & { readonly batch?: false; readonly emit?: 'final' },
  ): Subscription;
  subscribe(each: (row: never) => unknown, options: SubscribeOptions = {}): Subscription {
    return new Subscription(this.plan, this.kind, each as (row: unknown) => unknown, options);
  }

  /**
   * The rows as they come, as `subscribe` gets them: `for await (const row of trades) { … }`. `break` ends it.
   *
   * @throws MillraceError as `subscribe`; what the sources throw
   */
  [Symbol.asyncIterator](): AsyncGenerator<Row, void> {
    return rowsOf<Row>(this.plan, this.kind);
  }
}
