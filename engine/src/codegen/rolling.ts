import { hasDictionary } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { int64 } from '../functions/rolling/int64.js';
import type { RowEmitContext } from '../functions/rolling/define.js';
import { compileFunction } from './compile.js';
import { FrameText } from './frameText.js';
import type { GroupedInput } from './grouped.js';
import { emitContext } from './groupedEmit.js';
import { layoutOf } from './groupedLayout.js';
import type { RollingHost } from './rollingHost.js';
import { historyOf, rangeOf, type RollingShape } from './rollingShape.js';
import { baseText, stateConstants } from './stateText.js';

/** Computes the columns of `count` rows, which are in event order. */
export type RollingLoop = (host: RollingHost, input: GroupedInput, count: number) => void;

const HELPERS = { ...AGGREGATE_HELPERS, int64 };

/** The fused loop of a rolling query. */
export function compileRollingLoop(shape: RollingShape, wide: boolean): RollingLoop {
  return compileFunction<RollingLoop>(
    ['host', 'input', 'count'],
    new RollingText(shape, wide).loop(),
    Object.keys(HELPERS),
    Object.values(HELPERS),
  );
}

/** Writes the loop. Rings are `h…` (rows to read again), `f…` (a range frame) and `e0…`, `e1…` (queues). */
class RollingText extends FrameText {
  readonly #history;
  readonly #range;
  readonly #timed: boolean;

  constructor(shape: RollingShape, wide: boolean) {
    super(shape, wide);
    this.#history = historyOf(shape);
    this.#range = rangeOf(shape);
    this.#timed = shape.order !== 'none' || shape.frame?.kind === 'range';
  }

  loop(): string {
    const { shape } = this;
    const state = stateConstants(shape, this.wide, 'host.state');
    const args = shape.args.map((arg, k) => {
      const dictionary = hasDictionary(arg.type) ? ` const d${k} = input.dictionaries[${k}];` : '';
      return `const c${k} = input.args[${k}], v${k} = input.valid[${k}];${dictionary}`;
    });
    const outs = shape.roles.map(
      (_, j) =>
        `const o${j} = host.data[${j}], z${j} = host.valid[${j}], made${j} = host.made[${j}]; let w${j} = false;`,
    );
    const isRange = shape.frame?.kind === 'range';
    return `
const groups = input.groups${this.#timed ? ', times = input.times, ticks = input.ticks' : ''}, counts = host.counts, end = () => NaN;
${[state, ...args, ...outs, ...this.#rings()].join('\n')}
${isRange ? this.#rangeLoop() : this.#rowsLoop()}
`;
  }

  /** Loads the rings' arrays. */
  #rings(): string[] {
    const texts: string[] = [];
    const ring = (name: string, source: string, lanes: number): void => {
      const names = [`${name}m`, ...Array.from({ length: lanes }, (_, k) => `${name}r${k}`)];
      texts.push(`const ${name} = ${source}; let ${names.join(', ')}; ${this.load(name, lanes)}`);
    };
    if (this.#history.rows > 0) ring('h', 'host.history', this.lanes(this.#history.args) + this.extra);
    if (this.#range !== null) ring('f', 'host.range', this.lanes(this.#range) + 1 + this.extra);
    for (const j of this.columns(kind => kind === 'deque')) ring(`e${j}`, `host.deques[${j}]`, 2);
    return texts;
  }

  #rowsLoop(): string {
    const frame = this.shape.frame?.kind === 'rows' ? this.shape.frame : null;
    const keepsHistory = this.#history.rows > 0;
    const countsRows = frame !== null && this.columns(kind => kind === 'deque').length > 0;
    return `for (let i = 0; i < count; i++) {
const slot = groups[i];
${baseText(this.shape)}
${this.rowStart()}
${countsRows ? 'const rowNo = counts[slot]++;' : ''}
${keepsHistory ? this.#openHistory() : ''}
${frame === null ? '' : this.#leaveRows(frame)}
${this.adds('running')}
${frame === null ? '' : frame.behind === 0 ? this.enter('rowNo') : this.#enterBehind(frame.behind)}
${frame === null ? '' : this.expire(`rowNo - ${frame.rows + frame.behind - 1}`)}
${this.#rowFunctions()}
${keepsHistory ? this.#pushHistory() : ''}
${this.writes(() => true)}
}`;
  }

  /** Rows of one time see each other, so all of them enter before the first is told; a row alone is told at once. */
  #rangeLoop(): string {
    const { us } = this.shape.frame as { us: number };
    const framed = (kind: string): boolean => kind === 'moving' || kind === 'deque';
    const keepsHistory = this.#history.rows > 0;
    const enter = `${this.rowStart()}
${keepsHistory ? this.#openHistory() : ''}
${this.adds('running')}
${this.enter('now')}
${this.#range === null ? '' : this.pushRange(this.#range)}
${this.#rowFunctions()}
${keepsHistory ? this.#pushHistory() : ''}
${this.writes(kind => !framed(kind))}`;
    const tell = `${this.#range === null ? '' : this.#leaveRange(this.#range)}
${this.expire('least')}
${this.writes(framed)}`;
    return `for (let g = 0; g < count;) {
const now = times[g], least = now - ${us};
if (g + 1 === count || times[g + 1] !== now) {
const i = g++, slot = groups[i];
${baseText(this.shape)}
${enter}
${tell}
continue;
}
let h1 = g + 2;
while (h1 < count && times[h1] === now) h1++;
for (let i = g; i < h1; i++) {
const slot = groups[i];
${baseText(this.shape)}
${enter}
}
for (let i = g; i < h1; i++) {
const slot = groups[i];
${baseText(this.shape)}
${tell}
}
g = h1;
}`;
  }

  /** The row so many rows back enters the frame. */
  #enterBehind(behind: number): string {
    // Where nothing moves with the frame, no rows are kept to enter it.
    if (this.#history.rows === 0) return '';
    const text = `${this.stored('h', this.#history.args)}\n${this.enter(`rowNo - ${behind}`)}`;
    return `if (hn >= ${behind}) { const x = ho + ((hh + hn - ${behind}) & hk); ${text} }`;
  }

  #leaveRows({ rows, behind }: { readonly rows: number; readonly behind: number }): string {
    const retracts = this.retracts();
    if (retracts === '') return '';
    const back = rows + behind;
    return `if (hn >= ${back}) { const x = ho + ((hh + hn - ${back}) & hk); ${this.stored('h', this.#history.args)}\n${retracts} }`;
  }

  #openHistory(): string {
    return 'const hb = slot << 2; let ho = hm[hb], hk = hm[hb + 1], hh = hm[hb + 2], hn = hm[hb + 3];';
  }

  /** Keeps the current row, and gives up the oldest where there are enough. */
  #pushHistory(): string {
    const { rows, args } = this.#history;
    const store = this.store('h', args);
    return `if (hn === ${rows}) { const x = ho + ((hh + hn) & hk); hm[hb + 2] = (hh + 1) & hk; ${store} } else {
if (hn > hk) { h.grow(slot); ${this.load('h', this.lanes(args) + this.extra)} ho = hm[hb]; hk = hm[hb + 1]; hh = hm[hb + 2]; }
const x = ho + ((hh + hn) & hk); hm[hb + 3] = hn + 1; ${store} }`;
  }

  #leaveRange(args: readonly number[]): string {
    return `{ const b = slot << 2, o = fm[b], k = fm[b + 1]; let h = fm[b + 2], n = fm[b + 3];
if (n > 0 && fr0[o + h] < least) {
do { const x = o + h; ${this.stored('f', args, 1)}
${this.retracts()}
h = (h + 1) & k; n--; } while (n > 0 && fr0[o + h] < least);
fm[b + 2] = h; fm[b + 3] = n; } }`;
  }

  /** The row functions' statements; their values are written right away, before the row itself is kept. */
  #rowFunctions(): string {
    return this.columns(kind => kind === 'row')
      .map(j => {
        const role = this.shape.roles[j];
        if (role.kind !== 'row') return '';
        const { statements, ...value } = role.row.row(this.#rowContext(j, role.args));
        return `{ ${statements} ${this.write(j, value)} }`;
      })
      .join('\n');
  }

  #rowContext(j: number, args: readonly number[]): RowEmitContext {
    const { shape, wide } = this;
    const state = layoutOf(shape).aggregates[j].parts.get('state')!;
    return {
      ...emitContext(shape, { ...state, args }, wide),
      valid: args.map(arg => (shape.args[arg].nullable ? `n${arg}` : null)),
      local: name => `${name}${j}`,
      previous: (arg, back) => {
        const lane = this.lane(this.#history.args, args[arg]);
        const element = `[ho + ((hh + hn - ${back}) & hk)]`;
        return {
          exists: `hn >= ${back}`,
          valid: lane.valid === null ? 'true' : `hr${lane.valid}${element} !== 0`,
          value: `hr${lane.data}${element}`,
        };
      },
    };
  }
}
