import type { Column } from '../columns/column.js';
import type { Field } from '../columns/types.js';
import { valueAt, type Value } from '../columns/values.js';
import type { KeyLookup } from '../runtime/keyLookup.js';
import type { RunningQuery } from '../runtime/query.js';
import { Signal } from '../runtime/signal.js';

/** The rows of watched keys that are others than they were when they were last told. */
interface Changes {
  /** The watches whose rows have changed, and these rows, one each. */
  readonly changed: readonly number[];
  readonly columns: readonly Column[];
  /** The watches whose keys have no row any more. */
  readonly gone: readonly number[];
  /** Whether the input has come to its end, so that nothing changes any more until the clock is started again. */
  readonly ended: boolean;
}

interface Watch {
  readonly key: readonly Value[];
  /** The version of the row that was looked at last, and its number; 0 where there was none. */
  version: number;
  rowId: number;
  /** The row that was told last; null: none. */
  told: readonly Value[] | null;
}

/**
 * The keys of an index that somebody watches. Changes are taken, not sent: whoever asks gets what is different from what they were told,
 * at most once a turn, and misses no state that stays. A row that is told again as it was is no change.
 */
export class KeyWatches {
  readonly #watches = new Map<number, Watch>();
  readonly #signal = new Signal();
  readonly #stop: () => void;
  #scheduled = false;
  #closed = false;
  #toldEnd = false;

  constructor(
    readonly query: RunningQuery,
    readonly lookup: KeyLookup,
    readonly fields: readonly Field[],
    defer: (work: () => void) => void,
  ) {
    this.#stop = query.onChange(() => {
      if (this.#scheduled || this.#watches.size === 0) return;
      this.#scheduled = true;
      defer(() => {
        this.#scheduled = false;
        this.#signal.wake();
      });
    });
  }

  add(watch: number, key: readonly Value[]): void {
    this.#watches.set(watch, { key, version: 0, rowId: 0, told: null });
    this.#toldEnd = false;
    this.#signal.wake();
  }

  remove(watch: number): void {
    this.#watches.delete(watch);
  }

  /** The next changes; null once it is closed. Throws where the query fails. */
  async next(): Promise<Changes | null> {
    for (;;) {
      if (this.#closed) return null;
      const changes = this.#look();
      if (changes !== null) return changes;
      if (this.query.error !== null && this.#watches.size > 0) throw this.query.error;
      await this.#signal.wait();
    }
  }

  #look(): Changes | null {
    const { table } = this.lookup;
    const changed: number[] = [];
    const positions: number[] = [];
    const gone: number[] = [];
    for (const [id, watch] of this.#watches) {
      const position = this.lookup.newest(watch.key);
      if (position < 0) {
        if (watch.told !== null) gone.push(id);
        watch.rowId = 0;
        watch.told = null;
        continue;
      }
      const rowId = table.rowId(position);
      const version = table.rowVersion(position);
      if (rowId === watch.rowId && version === watch.version) continue;
      watch.rowId = rowId;
      watch.version = version;
      const row = table.gather(Int32Array.of(position)).map(column => valueAt(column, 0));
      if (watch.told?.every((value, k) => Object.is(value, row[k])) === true) continue;
      watch.told = row;
      changed.push(id);
      positions.push(position);
    }
    const { ended } = this.query;
    const ends = ended && !this.#toldEnd && this.#watches.size > 0;
    this.#toldEnd = ended && (this.#toldEnd || ends);
    if (changed.length === 0 && gone.length === 0 && !ends) return null;
    return { changed, columns: table.gather(Int32Array.from(positions)), gone, ended };
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#signal.wake();
  }
}
