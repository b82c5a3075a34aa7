import type { PlanSample } from 'millrace';
import type { CellModule } from './module.js';
import { within, type Outside } from './outside.js';

/** How long a request waits for the columns of names that it uses, in milliseconds. What comes later is known to the next one. */
const PATIENCE_MS = 150;
/** Names that may be asked about; the oldest are given up. */
const MOST_NAMES = 500;

/** A name whose cell has run, of which is not known whether it has rows. */
interface Unknown {
  /** The cell that declared it, and the name of its module. */
  readonly module: CellModule;
  readonly file: string;
  asked: Promise<void> | null;
  /** Undefined: there is no answer yet. */
  found: PlanSample | null | undefined;
}

/** Rows that become known. */
export interface Learned {
  readonly name: string;
  readonly module: CellModule;
  readonly file: string;
  readonly sample: PlanSample;
}

/**
 * Names of which their cell's end has told no columns: a socket had sent nothing yet, or the cell failed behind them. The engine is asked when a cell
 * uses them.
 */
export class LateRows {
  readonly #names = new Map<string, Unknown>();

  /** A cell has declared a name, and told its columns or not. */
  declared(name: string, isKnown: boolean, module: CellModule, file: string): void {
    this.#names.delete(name);
    if (!isKnown) this.#names.set(name, { module, file, asked: null, found: undefined });
    if (this.#names.size > MOST_NAMES) this.#names.delete(this.#names.keys().next().value as string);
  }

  forget(): void {
    this.#names.clear();
  }

  /** Asks about the names that a text uses; gives what is known by now. */
  async learn(used: Iterable<string>, outside: Outside): Promise<Learned[]> {
    const asked: Promise<void>[] = [];
    const names = [...used].filter(name => this.#names.has(name));
    for (const name of names) {
      const unknown = this.#names.get(name)!;
      if (unknown.asked !== null) continue;
      unknown.asked = outside.sample(name).then(
        found => void (unknown.found = found),
        () => void (unknown.found = null),
      );
      asked.push(unknown.asked);
    }
    if (asked.length > 0) await within(Promise.all(asked), PATIENCE_MS);
    return names.flatMap(name => {
      const { found, module, file } = this.#names.get(name)!;
      if (found !== undefined) this.#names.delete(name);
      return found === undefined || found === null ? [] : [{ name, module, file, sample: found }];
    });
  }
}
