import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { FrameText } from './frameText.js';
import type { GroupedCells, GroupedInput } from './grouped.js';
import type { RollingRing } from './rollingHost.js';
import { baseText, stateConstants } from './stateText.js';
import { keptArguments, type WindowJoinShape } from './windowJoinShape.js';

/**
 * What the loops of a window join work on. Keys are numbered from 1; key 0 has no rows, and stands for keys that are NULL. Rows of a key are counted
 * from the first one that its ring holds.
 */
export interface WindowJoinHost {
  readonly state: GroupedCells;
  /** The right rows of each key. */
  readonly range: RollingRing;
  /** A queue for each `deque` column, by column. */
  readonly deques: readonly (RollingRing | null)[];
  /** The first row of each key whose time is not below the latest window's beginning. */
  readonly begins: Int32Array;
  /** The rows of each key that its state holds: from the one to before the other. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** How many rows of each key its ring has given up: rows in queues are known by their place among all. */
  readonly gone: Float64Array;
  readonly dictionaries: readonly (Dictionary | null)[];
  /** Where each column's values go, and whether they are not NULL. */
  readonly data: readonly Lane[];
  readonly valid: readonly Uint8Array[];
  readonly made: readonly (Dictionary | null)[];
  /** Empties the state of a slot. */
  clear(slot: number): void;
  exact(column: number, row: number, value: bigint): void;
}

/** Writes the aggregates of the windows around `count` left rows, which come in event order. */
export type WindowJoinLoop = (
  host: WindowJoinHost,
  keys: Int32Array,
  times: Float64Array,
  count: number,
) => void;

/** Keeps right rows, in event order, but for those of key 0. */
export type WindowJoinKeep = (ring: RollingRing, input: GroupedInput, count: number) => void;

const NAMES = Object.keys(AGGREGATE_HELPERS);
const VALUES = Object.values(AGGREGATE_HELPERS);

/** The loop over left rows. */
export function compileWindowJoinLoop(shape: WindowJoinShape, wide: boolean): WindowJoinLoop {
  const text = new WindowJoinText(shape, wide).loop();
  return compileFunction<WindowJoinLoop>(['host', 'keys', 'times', 'count'], text, NAMES, VALUES);
}

/** The loop over right rows. */
export function compileWindowJoinKeep(shape: WindowJoinShape, wide: boolean): WindowJoinKeep {
  const text = new WindowJoinText(shape, wide).keep();
  return compileFunction<WindowJoinKeep>(['f', 'input', 'count'], text, NAMES, VALUES);
}

/** Writes the loops. The ring of right rows is `f…`, queues are `e0…`, `e1…`. */
class WindowJoinText extends FrameText {
  readonly #kept: readonly number[];

  constructor(
    override readonly shape: WindowJoinShape,
    wide: boolean,
  ) {
    super(shape, wide);
    this.#kept = keptArguments(shape);
  }

  keep(): string {
    const args = this.shape.args.map((_, k) => `const c${k} = input.args[${k}], v${k} = input.valid[${k}];`);
    return `
const groups = input.groups, times = input.times, ticks = input.ticks;
${args.join('\n')}
${this.#ring()}
for (let i = 0; i < count; i++) {
const slot = groups[i];
if (slot === 0) continue;
const now = times[i];
${this.rowStart()}
${this.pushRange(this.#kept)}
}
`;
  }

  loop(): string {
    const { shape } = this;
    const dictionaries = shape.args.map((arg, k) =>
      hasDictionary(arg.type) ? `const d${k} = host.dictionaries[${k}];` : '',
    );
    const outs = shape.roles.map(
      (_, j) =>
        `const o${j} = host.data[${j}], z${j} = host.valid[${j}], made${j} = host.made[${j}]; let w${j} = false;`,
    );
    const queues = this.columns(kind => kind === 'deque').map(
      j => `const e${j} = host.deques[${j}]; let e${j}m, e${j}r0, e${j}r1; ${this.load(`e${j}`, 2)}`,
    );
    return `
const f = host.range, begins = host.begins, low = host.low, high = host.high, gone = host.gone, end = () => NaN;
${[stateConstants(shape, this.wide, 'host.state'), ...dictionaries, ...outs, this.#ring(), ...queues].join('\n')}
for (let i = 0; i < count; i++) {
const key = keys[i], time = times[i];
${this.#window()}
${shape.recomputes ? this.#anew() : this.#moved()}
${this.writes(() => true)}
}
`;
  }

  #ring(): string {
    const lanes = this.lanes(this.#kept) + 1 + this.extra;
    const names = ['fm', ...Array.from({ length: lanes }, (_, k) => `fr${k}`)];
    return `let ${names.join(', ')}; ${this.load('f', lanes)}`;
  }

  /** Finds where the window begins, at row `from`; `to` is where the key's state ends. */
  #window(): string {
    const { lowUs, highUs, prevailing } = this.shape.bounds;
    const begin = 'fr0[fo + ((fh + from) & fk)]';
    return `const fb = key << 2, fo = fm[fb], fk = fm[fb + 1], fh = fm[fb + 2], fn = fm[fb + 3];
const least = time + ${lowUs}, most = time + ${highUs};
let from = begins[key], to = high[key];
while (from < fn && ${begin} < least) from++;
begins[key] = from;
${prevailing ? `if (from > 0 && (from === fn || ${begin} !== least)) from--;` : ''}`;
  }

  /** Rows from `to` on enter the window, as far as it goes. */
  #enters(key: string): string {
    return `for (; to < fn; to++) {
const x = fo + ((fh + to) & fk);
if (fr0[x] > most) break;
${this.stored('f', this.#kept, 1)}
${this.enter(key)}
}`;
  }

  /** The state goes on from the rows of the key's window before; where none of them is left, it begins anew. */
  #moved(): string {
    const queues = this.columns(kind => kind === 'deque');
    const retracts = this.retracts();
    const leave = `for (let row = low[key]; row < from; row++) {
const x = fo + ((fh + row) & fk);
${this.stored('f', this.#kept, 1)}
${retracts}
}`;
    return `const slot = key;
${baseText(this.shape)}
if (from >= to) {
if (to > low[key]) { host.clear(slot); ${queues.map(j => `e${j}m[fb + 3] = 0;`).join(' ')} }
to = from;
} else {
${retracts === '' ? '' : leave}
${this.expire('gone[key] + from')}
}
low[key] = from;
${this.#enters('gone[key] + to')}
high[key] = to;`;
  }

  /** Each window's rows are added to an empty state. */
  #anew(): string {
    return `const slot = 0;
${baseText(this.shape)}
host.clear(slot);
to = from;
${this.#enters('to')}`;
  }
}
