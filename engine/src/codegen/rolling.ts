import { hasDictionary, isInt64Like } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { int64 } from '../functions/rolling/int64.js';
import { DEQUE_RULES } from '../functions/rolling/deque.js';
import type { RowEmitContext, RowText } from '../functions/rolling/define.js';
import { compileFunction } from './compile.js';
import type { GroupedInput } from './grouped.js';
import { aggregateValueText, emitContext, holdsInt64 } from './groupedEmit.js';
import { layoutOf } from './groupedLayout.js';
import { addRowText, removeRowText } from './groupedRows.js';
import type { RollingHost } from './rollingHost.js';
import { baseText, stateConstants } from './stateText.js';
import {
  historyOf,
  MOVING,
  ordersFrame,
  rangeOf,
  ringLane,
  type RollingRole,
  type RollingShape,
} from './rollingShape.js';

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
class RollingText {
  readonly #history;
  readonly #range;
  readonly #ordered: boolean;
  readonly #timed: boolean;

  constructor(
    readonly shape: RollingShape,
    readonly wide: boolean,
  ) {
    this.#history = historyOf(shape);
    this.#range = rangeOf(shape);
    this.#ordered = ordersFrame(shape);
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

  #columns(wanted: (kind: string) => boolean): number[] {
    return [...this.shape.roles.keys()].filter(j => wanted(this.shape.roles[j].kind));
  }

  /** Loads the rings' arrays. */
  #rings(): string[] {
    const texts: string[] = [];
    const ring = (name: string, source: string, lanes: number): void => {
      const names = [`${name}m`, ...Array.from({ length: lanes }, (_, k) => `${name}r${k}`)];
      texts.push(`const ${name} = ${source}; let ${names.join(', ')}; ${this.#load(name, lanes)}`);
    };
    if (this.#history.rows > 0) ring('h', 'host.history', this.#lanes(this.#history.args) + this.#extra);
    if (this.#range !== null) ring('f', 'host.range', this.#lanes(this.#range) + 1 + this.#extra);
    for (const j of this.#columns(kind => kind === 'deque')) ring(`e${j}`, `host.deques[${j}]`, 2);
    return texts;
  }

  #load(name: string, lanes: number): string {
    const loads = Array.from({ length: lanes }, (_, k) => `${name}r${k} = ${name}.lanes[${k}];`);
    return `${name}m = ${name}.meta; ${loads.join(' ')}`;
  }

  /** The order has a lane of its own, after the others, where rows that leave are known by it. */
  get #extra(): number {
    return this.#ordered ? 1 : 0;
  }

  /** An argument that can be NULL has a second lane. */
  #lanes(args: readonly number[]): number {
    return args.reduce((total, arg) => total + (this.shape.args[arg].nullable ? 2 : 1), 0);
  }

  /** The lane of an argument in a ring, and of its validity. */
  #lane(args: readonly number[], arg: number): { readonly data: number; readonly valid: number | null } {
    const data = this.#lanes(args.slice(0, args.indexOf(arg)));
    return { data, valid: this.shape.args[arg].nullable ? data + 1 : null };
  }

  #rowsLoop(): string {
    const frame = this.shape.frame?.kind === 'rows' ? this.shape.frame : null;
    const keepsHistory = this.#history.rows > 0;
    const countsRows = frame !== null && this.#columns(kind => kind === 'deque').length > 0;
    return `for (let i = 0; i < count; i++) {
const slot = groups[i];
${baseText(this.shape)}
${this.#rowStart()}
${countsRows ? 'const rowNo = counts[slot]++;' : ''}
${keepsHistory ? this.#openHistory() : ''}
${frame === null ? '' : this.#leaveRows(frame)}
${this.#adds('running')}
${frame === null ? '' : frame.behind === 0 ? this.#enter('rowNo') : this.#enterBehind(frame.behind)}
${frame === null ? '' : this.#expire(`rowNo - ${frame.rows + frame.behind - 1}`)}
${this.#rowFunctions()}
${keepsHistory ? this.#pushHistory() : ''}
${this.#writes(() => true)}
}`;
  }

  /** Rows of one time see each other, so all of them enter before the first is told; a row alone is told at once. */
  #rangeLoop(): string {
    const { us } = this.shape.frame as { us: number };
    const framed = (kind: string): boolean => kind === 'moving' || kind === 'deque';
    const keepsHistory = this.#history.rows > 0;
    const enter = `${this.#rowStart()}
${keepsHistory ? this.#openHistory() : ''}
${this.#adds('running')}
${this.#enter('now')}
${this.#range === null ? '' : this.#pushRange(this.#range)}
${this.#rowFunctions()}
${keepsHistory ? this.#pushHistory() : ''}
${this.#writes(kind => !framed(kind))}`;
    const tell = `${this.#range === null ? '' : this.#leaveRange(this.#range)}
${this.#expire('least')}
${this.#writes(framed)}`;
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

  /** The arguments of the current row. */
  #rowStart(): string {
    const { shape, wide } = this;
    const order =
      shape.order === 'none'
        ? ''
        : shape.order === 'time'
          ? 'const order = times[i];'
          : `const order = ${wide ? 'BigInt(ticks[i])' : 'ticks[i]'};`;
    return [
      order,
      ...shape.args.map((arg, k) => {
        const valid = arg.nullable ? `const n${k} = v${k} === null || v${k}[i] !== 0; ` : '';
        const exact = arg.nullable ? `n${k} ? BigInt(c${k}[i]) : 0n` : `BigInt(c${k}[i])`;
        return `${valid}const a${k} = ${wide && isInt64Like(arg.type) ? exact : `c${k}[i]`};`;
      }),
    ].join('\n');
  }

  /** The locals `a…`, `n…` of the arguments of a row in a ring, at element `x`. */
  #stored(ring: string, args: readonly number[], first = 0): string {
    const order = this.#ordered ? `const order = ${ring}r${first + this.#lanes(args)}[x];` : '';
    const values = args.map(arg => {
      const lane = this.#lane(args, arg);
      const valid = lane.valid === null ? '' : ` const n${arg} = ${ring}r${first + lane.valid}[x] !== 0;`;
      return `const a${arg} = ${ring}r${first + lane.data}[x];${valid}`;
    });
    return [order, ...values].join(' ');
  }

  /** Text under the conditions that arguments are not NULL and `where` is true. */
  #given(args: readonly number[], where: number | null, text: string): string {
    const conditions = args.filter(arg => this.shape.args[arg].nullable).map(arg => `n${arg}`);
    if (where !== null) {
      conditions.push(`a${where} !== 0`);
      if (this.shape.args[where].nullable) conditions.push(`n${where}`);
    }
    return conditions.length === 0 ? `{ ${text} }` : `if (${conditions.join(' && ')}) { ${text} }`;
  }

  /** Adds the row whose arguments the locals hold to the aggregates of a phase. */
  #adds(phase: string): string {
    return this.#sets(phase)
      .map(set => this.#given(set.nullable, set.where, addRowText(this.shape, set, this.wide)))
      .join('\n');
  }

  /** Takes the row whose arguments the locals hold out of the frame. */
  #retracts(): string {
    return this.#sets(MOVING.name)
      .map(set => this.#given(set.nullable, set.where, removeRowText(this.shape, set, this.wide)))
      .join('\n');
  }

  #sets(phase: string) {
    return layoutOf(this.shape).sets.filter(set => set.phase?.name === phase);
  }

  /** The current row enters the frame; `key` says when it will leave the queues. */
  #enter(key: string): string {
    const deques = this.shape.roles.map((role, j) =>
      role.kind === 'deque' ? this.#given([role.arg], role.where, this.#pushDeque(j, role, key)) : '',
    );
    return [this.#adds(MOVING.name), ...deques].join('\n');
  }

  /** The row so many rows back enters the frame. */
  #enterBehind(behind: number): string {
    // Where nothing moves with the frame, no rows are kept to enter it.
    if (this.#history.rows === 0) return '';
    const text = `${this.#stored('h', this.#history.args)}\n${this.#enter(`rowNo - ${behind}`)}`;
    return `if (hn >= ${behind}) { const x = ho + ((hh + hn - ${behind}) & hk); ${text} }`;
  }

  #leaveRows({ rows, behind }: { readonly rows: number; readonly behind: number }): string {
    const retracts = this.#retracts();
    if (retracts === '') return '';
    const back = rows + behind;
    return `if (hn >= ${back}) { const x = ho + ((hh + hn - ${back}) & hk); ${this.#stored('h', this.#history.args)}\n${retracts} }`;
  }

  #openHistory(): string {
    return 'const hb = slot << 2; let ho = hm[hb], hk = hm[hb + 1], hh = hm[hb + 2], hn = hm[hb + 3];';
  }

  /** Keeps the current row, and gives up the oldest where there are enough. */
  #pushHistory(): string {
    const { rows, args } = this.#history;
    const store = this.#store('h', args);
    return `if (hn === ${rows}) { const x = ho + ((hh + hn) & hk); hm[hb + 2] = (hh + 1) & hk; ${store} } else {
if (hn > hk) { h.grow(slot); ${this.#load('h', this.#lanes(args) + this.#extra)} ho = hm[hb]; hk = hm[hb + 1]; hh = hm[hb + 2]; }
const x = ho + ((hh + hn) & hk); hm[hb + 3] = hn + 1; ${store} }`;
  }

  /** Writes the current row's arguments to element `x` of a ring. */
  #store(ring: string, args: readonly number[], first = 0): string {
    const order = this.#ordered ? `${ring}r${first + this.#lanes(args)}[x] = order;` : '';
    const values = args.map(arg => {
      const lane = this.#lane(args, arg);
      const valid = lane.valid === null ? '' : ` ${ring}r${first + lane.valid}[x] = n${arg} ? 1 : 0;`;
      return `${ring}r${first + lane.data}[x] = a${arg};${valid}`;
    });
    return [order, ...values].join(' ');
  }

  #pushRange(args: readonly number[]): string {
    return `{ const b = slot << 2; const n = fm[b + 3];
if (n > fm[b + 1]) { f.grow(slot); ${this.#load('f', this.#lanes(args) + 1 + this.#extra)} }
const x = fm[b] + ((fm[b + 2] + n) & fm[b + 1]); fr0[x] = now; ${this.#store('f', args, 1)} fm[b + 3] = n + 1; }`;
  }

  #leaveRange(args: readonly number[]): string {
    return `{ const b = slot << 2, o = fm[b], k = fm[b + 1]; let h = fm[b + 2], n = fm[b + 3];
if (n > 0 && fr0[o + h] < least) {
do { const x = o + h; ${this.#stored('f', args, 1)}
${this.#retracts()}
h = (h + 1) & k; n--; } while (n > 0 && fr0[o + h] < least);
fm[b + 2] = h; fm[b + 3] = n; } }`;
  }

  #pushDeque(j: number, { rule, arg }: Extract<RollingRole, { kind: 'deque' }>, key: string): string {
    const lane = ringLane(this.shape, arg);
    const isText = hasDictionary(this.shape.args[arg].type);
    const value = `a${arg}`;
    const drops = DEQUE_RULES.get(rule)!.drops(value, 'held', isText ? 'string' : lane, `d${arg}`);
    const e = `e${j}`;
    return `const b = slot << 2; let o = ${e}m[b], k = ${e}m[b + 1], h = ${e}m[b + 2], n = ${e}m[b + 3];
while (n > 0) { const held = ${e}r0[o + ((h + n - 1) & k)]; if (!(${drops})) break; n--; }
${e}m[b + 3] = n;
if (n > k) { ${e}.grow(slot); ${this.#load(e, 2)} o = ${e}m[b]; k = ${e}m[b + 1]; h = ${e}m[b + 2]; }
const y = o + ((h + n) & k); ${e}r0[y] = ${value}; ${e}r1[y] = ${key}; ${e}m[b + 3] = n + 1;`;
  }

  /** Takes rows whose key is below `least` out of the queues. */
  #expire(least: string): string {
    return this.#columns(kind => kind === 'deque')
      .map(j => {
        const e = `e${j}`;
        return `{ const b = slot << 2, o = ${e}m[b], k = ${e}m[b + 1], until = ${least}; let h = ${e}m[b + 2], n = ${e}m[b + 3];
while (n > 0 && ${e}r1[o + h] < until) { h = (h + 1) & k; n--; }
${e}m[b + 2] = h; ${e}m[b + 3] = n; }`;
      })
      .join('\n');
  }

  /** The row functions' statements; their values are written right away, before the row itself is kept. */
  #rowFunctions(): string {
    return this.#columns(kind => kind === 'row')
      .map(j => {
        const role = this.shape.roles[j];
        if (role.kind !== 'row') return '';
        const { statements, ...value } = role.row.row(this.#rowContext(j, role.args));
        return `{ ${statements} ${this.#write(j, value)} }`;
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
        const lane = this.#lane(this.#history.args, args[arg]);
        const element = `[ho + ((hh + hn - ${back}) & hk)]`;
        return {
          exists: `hn >= ${back}`,
          valid: lane.valid === null ? 'true' : `hr${lane.valid}${element} !== 0`,
          value: `hr${lane.data}${element}`,
        };
      },
    };
  }

  #writes(wanted: (kind: string) => boolean): string {
    return this.#columns(kind => kind !== 'row' && wanted(kind))
      .map(j => {
        if (this.shape.roles[j].kind === 'deque') {
          const e = `e${j}`;
          const value = `${e}r0[${e}m[slot << 2] + ${e}m[(slot << 2) + 2]]`;
          return this.#write(j, { present: `${e}m[(slot << 2) + 3] > 0`, value });
        }
        const { rows, before, ...value } = aggregateValueText(this.shape, j, this.wide);
        const write = `${before} ${this.#write(j, value)}`;
        if (rows === null || !this.shape.nullable[j]) return `{ ${write} }`;
        return `if (${rows}) { ${write} } else z${j}[i] = 0;`;
      })
      .join('\n');
  }

  /** Writes a column's value of the current row. */
  #write(j: number, { present, value, exceeds, exact }: Omit<RowText, 'statements'>): string {
    let write = `o${j}[i] = ${value};`;
    if (this.shape.aggregates[j].bound.makesText === true) write = `o${j}[i] = made${j}.intern(${value});`;
    if (isInt64Like(this.shape.aggregates[j].type)) {
      const wide = `{ w${j} = true; host.exact(${j}, i, BigInt(${exact ?? value})); }`;
      if (this.#isBigint(j)) write = `host.exact(${j}, i, BigInt(${value}));`;
      else if (exceeds !== null && exceeds !== undefined)
        write = `if (w${j} || (${exceeds})) ${wide} else o${j}[i] = ${value};`;
    }
    if (!this.shape.nullable[j]) return write;
    if (present === null || present === undefined) return `${write} z${j}[i] = 1;`;
    return `if (${present}) { ${write} z${j}[i] = 1; } else z${j}[i] = 0;`;
  }

  /** Whether a column's values are BigInts in the wide loop. */
  #isBigint(j: number): boolean {
    if (!this.wide) return false;
    if (holdsInt64(this.shape, j)) return true;
    const role = this.shape.roles[j];
    const read =
      role.kind === 'deque' ? role.arg : role.kind === 'row' && role.row.history > 0 ? role.args[0] : null;
    return read !== null && isInt64Like(this.shape.args[read].type);
  }
}
