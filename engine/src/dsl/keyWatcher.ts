import type { Field } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import { ask } from '../session/ask.js';
import type { HostReplies } from '../session/protocol.js';
import { rowsOfArrow } from './arrowRows.js';

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** The rows of a watched key, as they come. Going through them is given up with `break`. */
export type WatchedRows<Row> = AsyncIterable<Row | null>;

/** Finds out the exact values of a key once the columns' types are known. */
type KeyOf = (fields: readonly Field[]) => readonly Value[];

interface Watch<Row> {
  tell(row: Row | null): void;
  end(): void;
  fail(error: unknown): void;
}

type Told = Extract<HostReplies['indexChanges'], { closed: false }>;

/** The client's side of the watches of one index: it asks for changes as long as anybody watches, and hands them out. */
export class KeyWatcher<Row> {
  readonly #watches = new Map<number, Watch<Row>>();
  #last = 0;
  #isAsking = false;

  constructor(readonly opened: Promise<HostReplies['index']>) {}

  subscribe(keyOf: KeyOf, tell: (row: Row | null) => void): Unsubscribe {
    return this.#add(keyOf, {
      tell,
      end: () => undefined,
      // The query's failure is told where the query was made, and to whoever asks for a row.
      fail: () => undefined,
    });
  }

  rows(keyOf: KeyOf): WatchedRows<Row> {
    return { [Symbol.asyncIterator]: () => this.#iterate(keyOf) };
  }

  async *#iterate(keyOf: KeyOf): AsyncGenerator<Row | null, void> {
    let latest: { readonly row: Row | null } | null = null;
    let ended = false;
    let failure: { readonly error: unknown } | null = null;
    let wake = (): void => undefined;
    const stop = this.#add(keyOf, {
      tell(row) {
        latest = { row };
        wake();
      },
      end() {
        ended = true;
        wake();
      },
      fail(error) {
        failure = { error };
        wake();
      },
    });
    try {
      for (;;) {
        const next = latest as { readonly row: Row | null } | null;
        latest = null;
        if (next !== null) yield next.row;
        else if (failure !== null) throw (failure as { readonly error: unknown }).error;
        else if (ended) return;
        else await new Promise<void>(resolve => (wake = resolve));
      }
    } finally {
      stop();
    }
  }

  #add(keyOf: KeyOf, watch: Watch<Row>): Unsubscribe {
    const id = ++this.#last;
    this.#watches.set(id, watch);
    this.#begin(id, keyOf).catch((error: unknown) => {
      this.#watches.delete(id);
      watch.fail(error);
    });
    return () => {
      if (this.#watches.delete(id)) void this.#forget(id).catch(() => undefined);
    };
  }

  async #begin(id: number, keyOf: KeyOf): Promise<void> {
    const { indexId, bound } = await this.opened;
    const key = keyOf(bound.fields);
    if (!this.#watches.has(id)) return;
    await ask({ type: 'indexWatch', indexId, watch: id, key });
    if (!this.#watches.has(id)) await this.#forget(id);
    else if (!this.#isAsking) void this.#ask();
  }

  async #forget(id: number): Promise<void> {
    const { indexId } = await this.opened;
    await ask({ type: 'indexWatch', indexId, watch: id, key: null });
  }

  /** Asks for one change after another: those that come while it is busy are one. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const { indexId, bound } = await this.opened;
      for (;;) {
        const told = await ask({ type: 'indexChanges', indexId });
        if (told.closed) break;
        this.#tell(told, bound.fields);
      }
    } catch (error) {
      for (const watch of this.#watches.values()) watch.fail(error);
      this.#watches.clear();
    } finally {
      this.#isAsking = false;
    }
    for (const watch of this.#watches.values()) watch.end();
    this.#watches.clear();
  }

  #tell({ changed, gone, arrow, ended }: Told, fields: readonly Field[]): void {
    const rows = rowsOfArrow<Row>(arrow, fields, {});
    const tell = (id: number, row: Row | null): void => {
      try {
        this.#watches.get(id)?.tell(row);
      } catch (error) {
        // It is told no more; its error is for whoever looks after errors that nobody has caught.
        this.#watches.delete(id);
        void Promise.reject(error as Error);
      }
    };
    changed.forEach((id, k) => tell(id, rows[k]));
    for (const id of gone) tell(id, null);
    if (ended) for (const watch of [...this.#watches.values()]) watch.end();
  }
}
