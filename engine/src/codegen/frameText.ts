import { hasDictionary, isInt64Like } from '../columns/types.js';
import { DEQUE_RULES } from '../functions/rolling/deque.js';
import type { RowText } from '../functions/rolling/define.js';
import { aggregateValueText, holdsInt64 } from './groupedEmit.js';
import { layoutOf } from './groupedLayout.js';
import { addRowText, removeRowText } from './groupedRows.js';
import { MOVING, ordersFrame, ringLane, type RollingRole, type RollingShape } from './rollingShape.js';

/**
 * The text that loops over moving frames have in common: rows of a key that are kept in rings (`f…` those of the frame, `e0…`, `e1…` queues),
 * enter and leave the frame, and what is told of it.
 */
export abstract class FrameText {
  /** Whether rows that leave the frame are known by their order, which then has a lane of its own, after the others. */
  protected readonly ordered: boolean;

  constructor(
    readonly shape: RollingShape,
    readonly wide: boolean,
  ) {
    this.ordered = ordersFrame(shape);
  }

  protected columns(wanted: (kind: string) => boolean): number[] {
    return [...this.shape.roles.keys()].filter(j => wanted(this.shape.roles[j].kind));
  }

  protected load(name: string, lanes: number): string {
    const loads = Array.from({ length: lanes }, (_, k) => `${name}r${k} = ${name}.lanes[${k}];`);
    return `${name}m = ${name}.meta; ${loads.join(' ')}`;
  }

  /** The order has a lane of its own, after the others, where rows that leave are known by it. */
  protected get extra(): number {
    return this.ordered ? 1 : 0;
  }

  /** An argument that can be NULL has a second lane. */
  protected lanes(args: readonly number[]): number {
    return args.reduce((total, arg) => total + (this.shape.args[arg].nullable ? 2 : 1), 0);
  }

  /** The lane of an argument in a ring, and of its validity. */
  protected lane(
    args: readonly number[],
    arg: number,
  ): { readonly data: number; readonly valid: number | null } {
    const data = this.lanes(args.slice(0, args.indexOf(arg)));
    return { data, valid: this.shape.args[arg].nullable ? data + 1 : null };
  }

  /** The arguments of the current row. */
  protected rowStart(): string {
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
  protected stored(ring: string, args: readonly number[], first = 0): string {
    const order = this.ordered ? `const order = ${ring}r${first + this.lanes(args)}[x];` : '';
    const values = args.map(arg => {
      const lane = this.lane(args, arg);
      const valid = lane.valid === null ? '' : ` const n${arg} = ${ring}r${first + lane.valid}[x] !== 0;`;
      return `const a${arg} = ${ring}r${first + lane.data}[x];${valid}`;
    });
    return [order, ...values].join(' ');
  }

  /** Text under the conditions that arguments are not NULL and `where` is true. */
  protected given(args: readonly number[], where: number | null, text: string): string {
    const conditions = args.filter(arg => this.shape.args[arg].nullable).map(arg => `n${arg}`);
    if (where !== null) {
      conditions.push(`a${where} !== 0`);
      if (this.shape.args[where].nullable) conditions.push(`n${where}`);
    }
    return conditions.length === 0 ? `{ ${text} }` : `if (${conditions.join(' && ')}) { ${text} }`;
  }

  /** Adds the row whose arguments the locals hold to the aggregates of a phase. */
  protected adds(phase: string): string {
    return this.sets(phase)
      .map(set => this.given(set.nullable, set.where, addRowText(this.shape, set, this.wide)))
      .join('\n');
  }

  /** Takes the row whose arguments the locals hold out of the frame. */
  protected retracts(): string {
    return this.sets(MOVING.name)
      .map(set => this.given(set.nullable, set.where, removeRowText(this.shape, set, this.wide)))
      .join('\n');
  }

  protected sets(phase: string) {
    return layoutOf(this.shape).sets.filter(set => set.phase?.name === phase);
  }

  /** The current row enters the frame; `key` says when it will leave the queues. */
  protected enter(key: string): string {
    const deques = this.shape.roles.map((role, j) =>
      role.kind === 'deque' ? this.given([role.arg], role.where, this.pushDeque(j, role, key)) : '',
    );
    return [this.adds(MOVING.name), ...deques].join('\n');
  }

  /** Writes the current row's arguments to element `x` of a ring. */
  protected store(ring: string, args: readonly number[], first = 0): string {
    const order = this.ordered ? `${ring}r${first + this.lanes(args)}[x] = order;` : '';
    const values = args.map(arg => {
      const lane = this.lane(args, arg);
      const valid = lane.valid === null ? '' : ` ${ring}r${first + lane.valid}[x] = n${arg} ? 1 : 0;`;
      return `${ring}r${first + lane.data}[x] = a${arg};${valid}`;
    });
    return [order, ...values].join(' ');
  }

  protected pushRange(args: readonly number[]): string {
    return `{ const b = slot << 2; const n = fm[b + 3];
if (n > fm[b + 1]) { f.grow(slot); ${this.load('f', this.lanes(args) + 1 + this.extra)} }
const x = fm[b] + ((fm[b + 2] + n) & fm[b + 1]); fr0[x] = now; ${this.store('f', args, 1)} fm[b + 3] = n + 1; }`;
  }

  protected pushDeque(
    j: number,
    { rule, arg }: Extract<RollingRole, { kind: 'deque' }>,
    key: string,
  ): string {
    const lane = ringLane(this.shape, arg);
    const isText = hasDictionary(this.shape.args[arg].type);
    const value = `a${arg}`;
    const drops = DEQUE_RULES.get(rule)!.drops(value, 'held', isText ? 'string' : lane, `d${arg}`);
    const e = `e${j}`;
    return `const b = slot << 2; let o = ${e}m[b], k = ${e}m[b + 1], h = ${e}m[b + 2], n = ${e}m[b + 3];
while (n > 0) { const held = ${e}r0[o + ((h + n - 1) & k)]; if (!(${drops})) break; n--; }
${e}m[b + 3] = n;
if (n > k) { ${e}.grow(slot); ${this.load(e, 2)} o = ${e}m[b]; k = ${e}m[b + 1]; h = ${e}m[b + 2]; }
const y = o + ((h + n) & k); ${e}r0[y] = ${value}; ${e}r1[y] = ${key}; ${e}m[b + 3] = n + 1;`;
  }

  /** Takes rows whose key is below `least` out of the queues. */
  protected expire(least: string): string {
    return this.columns(kind => kind === 'deque')
      .map(j => {
        const e = `e${j}`;
        return `{ const b = slot << 2, o = ${e}m[b], k = ${e}m[b + 1], until = ${least}; let h = ${e}m[b + 2], n = ${e}m[b + 3];
while (n > 0 && ${e}r1[o + h] < until) { h = (h + 1) & k; n--; }
${e}m[b + 2] = h; ${e}m[b + 3] = n; }`;
      })
      .join('\n');
  }

  protected writes(wanted: (kind: string) => boolean): string {
    return this.columns(kind => kind !== 'row' && wanted(kind))
      .map(j => {
        if (this.shape.roles[j].kind === 'deque') {
          const e = `e${j}`;
          const value = `${e}r0[${e}m[slot << 2] + ${e}m[(slot << 2) + 2]]`;
          return this.write(j, { present: `${e}m[(slot << 2) + 3] > 0`, value });
        }
        const { rows, before, ...value } = aggregateValueText(this.shape, j, this.wide);
        const write = `${before} ${this.write(j, value)}`;
        if (rows === null || !this.shape.nullable[j]) return `{ ${write} }`;
        return `if (${rows}) { ${write} } else z${j}[i] = 0;`;
      })
      .join('\n');
  }

  /** Writes a column's value of the current row. */
  protected write(j: number, { present, value, exceeds, exact }: Omit<RowText, 'statements'>): string {
    let write = `o${j}[i] = ${value};`;
    if (this.shape.aggregates[j].bound.makesText === true) write = `o${j}[i] = made${j}.intern(${value});`;
    if (isInt64Like(this.shape.aggregates[j].type)) {
      const wide = `{ w${j} = true; host.exact(${j}, i, BigInt(${exact ?? value})); }`;
      if (this.isBigint(j)) write = `host.exact(${j}, i, BigInt(${value}));`;
      else if (exceeds !== null && exceeds !== undefined)
        write = `if (w${j} || (${exceeds})) ${wide} else o${j}[i] = ${value};`;
    }
    if (!this.shape.nullable[j]) return write;
    if (present === null || present === undefined) return `${write} z${j}[i] = 1;`;
    return `if (${present}) { ${write} z${j}[i] = 1; } else z${j}[i] = 0;`;
  }

  /** Whether a column's values are BigInts in the wide loop. */
  protected isBigint(j: number): boolean {
    if (!this.wide) return false;
    if (holdsInt64(this.shape, j)) return true;
    const role = this.shape.roles[j];
    const read =
      role.kind === 'deque' ? role.arg : role.kind === 'row' && role.row.history > 0 ? role.args[0] : null;
    return read !== null && isInt64Like(this.shape.args[read].type);
  }
}
