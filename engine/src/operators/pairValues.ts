import type { PhysicalMapReduce } from '../physical/mapReduce.js';
import { compareParts, type KeyPart } from './mapReduceKeys.js';
import { failedFunction, MapReduceError, shown } from './mapReduceError.js';
import { compileFunction } from '../codegen/compile.js';
import { pack, type Part } from './mapReduceTasks.js';

/** The values of keys by the keys' slots, which rise by one as keys come. */
export interface PairValues {
  /** Takes a value of a key; `row` is the place of the row that it is of. */
  add(slot: number, value: unknown, row: number): void;
  /** The values of some keys, side by side. */
  pick(slots: readonly number[]): Pick<Part, 'values' | 'counts' | 'rows'>;
  /** The values of one key, in the order of their rows; one where they are combined. */
  valuesOf(slot: number): unknown[];
  /** How many values there are. */
  readonly size: number;
}

/** Makes what keeps values, as a run combines them. `keyOf` says in errors which key a slot is of. */
export function pairValues(
  combine: PhysicalMapReduce['combine'],
  keyOf: (slot: number) => unknown,
): PairValues {
  if (combine === null) return new ListedValues();
  if (combine === 'count') return new FoldedValues(sum, keyOf);
  if (combine === 'sum') return new FoldedValues(sum, keyOf);
  if (combine === 'min') return new FoldedValues((a, b) => chosen(a, b, -1), keyOf);
  if (combine === 'max') return new FoldedValues((a, b) => chosen(a, b, 1), keyOf);
  return new FoldedValues(compileFunction<() => Fold>([], `return ${combine.fn};`)(), keyOf);
}

type Fold = (a: unknown, b: unknown) => unknown;

/** NULL is left out, as aggregates do. */
function sum(a: unknown, b: unknown): unknown {
  if (a === null) return b;
  return b === null ? a : (a as number) + (b as number);
}

function chosen(a: unknown, b: unknown, sign: number): unknown {
  if (a === null || b === null) return a ?? b;
  return Math.sign(compareParts(b as KeyPart, a as KeyPart)) === sign ? b : a;
}

/** A value that an engine's own way of combining can take; a count takes any. */
export function checkedValue(combine: PhysicalMapReduce['combine'], value: unknown): unknown {
  if (combine === 'count') return 1;
  if (value === undefined) return null;
  if (typeof combine !== 'string' || value === null || typeof value === 'number') return value;
  if (combine !== 'sum' && typeof value === 'string') return value;
  throw new MapReduceError(
    'MR2207',
    `mapReduce() cannot combine by '${combine}' what map() gave: ${shown(value)}.`,
    combine === 'sum' ? 'Give numbers, or a function: combine: (a, b) => ….' : 'Give numbers or text.',
  );
}

/** One value a key. */
class FoldedValues implements PairValues {
  readonly #values: unknown[] = [];

  constructor(
    readonly fold: Fold,
    readonly keyOf: (slot: number) => unknown,
  ) {}

  get size(): number {
    return this.#values.length;
  }

  add(slot: number, value: unknown): void {
    if (slot === this.#values.length) {
      this.#values.push(value);
      return;
    }
    try {
      this.#values[slot] = this.fold(this.#values[slot], value);
    } catch (error) {
      throw failedFunction('combine', `for key ${shown(this.keyOf(slot))}`, error);
    }
  }

  pick(slots: readonly number[]) {
    return { values: pack(slots.map(slot => this.#values[slot])), counts: null, rows: null };
  }

  valuesOf(slot: number): unknown[] {
    return [this.#values[slot]];
  }
}

interface List {
  readonly values: unknown[];
  readonly rows: number[];
  inOrder: boolean;
}

/** All values of a key. */
class ListedValues implements PairValues {
  readonly #lists: List[] = [];
  size = 0;

  add(slot: number, value: unknown, row: number): void {
    this.size++;
    if (slot === this.#lists.length) {
      this.#lists.push({ values: [value], rows: [row], inOrder: true });
      return;
    }
    const list = this.#lists[slot];
    if (row < list.rows[list.rows.length - 1]) list.inOrder = false;
    list.values.push(value);
    list.rows.push(row);
  }

  pick(slots: readonly number[]) {
    const lists = slots.map(slot => this.#lists[slot]);
    return {
      values: pack(lists.flatMap(({ values }) => values)),
      counts: Int32Array.from(lists, ({ values }) => values.length),
      rows: Float64Array.from(lists.flatMap(({ rows }) => rows)),
    };
  }

  valuesOf(slot: number): unknown[] {
    const { values, rows, inOrder } = this.#lists[slot];
    if (inOrder) return values;
    const order = Array.from(values.keys()).sort((a, b) => rows[a] - rows[b] || a - b);
    return order.map(at => values[at]);
  }
}
