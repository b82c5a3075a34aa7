import type { Column } from '../columns/column.js';
import { MillraceError } from '../columns/error.js';
import { isInt64Like } from '../columns/types.js';
import type { PatternPath, PatternSlot } from '../codegen/patternCondition.js';
import type { PhysicalMatchPattern, PhysicalPatternReference } from '../physical/matchPattern.js';
import { compareRows } from './rowCompare.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** A lane of positions: of the first or last row that has one of the labels, or of the one whose argument is least or greatest. */
interface PositionLane {
  readonly kind: 'first' | 'last' | 'min' | 'max';
  readonly labels: number;
  readonly arg: number;
}

/** A lane of counts, or three of a sum: see `PatternSlot`. */
interface NumberLane {
  readonly kind: 'count' | 'sum';
  readonly labels: number;
  readonly arg: number;
  readonly at: number;
}

/** The links between rows of one key, by position; -1: there is none. */
export interface RowLinks {
  next: Int32Array;
  prev: Int32Array;
}

/** Where the values of references lie; shared by all that keep them. */
export class PatternLayout {
  readonly positions: PositionLane[] = [];
  readonly numbers: NumberLane[] = [];
  readonly slots: readonly PatternSlot[];
  /** How many lanes of numbers there are. */
  numberLanes = 0;

  /** @param reads the references that have lanes, by their places: nobody asks for the others */
  constructor(
    { references, args }: Pick<PhysicalMatchPattern, 'references' | 'args'>,
    reads: ReadonlySet<number>,
  ) {
    this.slots = references.map((reference, at) =>
      reads.has(at) ? this.#slot(reference, args) : { kind: 'count', lane: -1 },
    );
  }

  #slot(
    { fn, labels, arg, offset }: PhysicalPatternReference,
    args: PhysicalMatchPattern['args'],
  ): PatternSlot {
    switch (fn) {
      case 'first':
        return offset === 0
          ? { kind: 'row', lane: this.#position('first', labels, -1), arg: arg!, back: 0 }
          : { kind: 'forth', labels, arg: arg!, offset };
      case 'last':
        return { kind: 'row', lane: this.#position('last', labels, -1), arg: arg!, back: offset };
      case 'min':
      case 'max':
        return { kind: 'row', lane: this.#position(fn, labels, arg!), arg: arg!, back: 0 };
      case 'count':
        return { kind: 'count', lane: this.#number('count', labels, arg ?? -1) };
      case 'sum':
      case 'avg': {
        const { type } = args[arg!];
        const units = fn === 'avg' && type.kind === 'decimal' ? 10 ** type.scale : 1;
        return { kind: fn, lane: this.#number('sum', labels, arg!), units };
      }
    }
  }

  #position(kind: PositionLane['kind'], labels: number, arg: number): number {
    const known = this.positions.findIndex(
      lane => lane.kind === kind && lane.labels === labels && lane.arg === arg,
    );
    return known >= 0 ? known : this.positions.push({ kind, labels, arg }) - 1;
  }

  #number(kind: NumberLane['kind'], labels: number, arg: number): number {
    const known = this.numbers.find(lane => lane.kind === kind && lane.labels === labels && lane.arg === arg);
    if (known !== undefined) return known.at;
    const at = this.numberLanes;
    this.numbers.push({ kind, labels, arg, at });
    this.numberLanes += kind === 'sum' ? 3 : 1;
    return at;
  }
}

/** The values of references at each row of a path, by the row's position: a row that is taken back costs nothing. */
export class PatternLanes implements PatternPath {
  readonly positions: Int32Array[];
  readonly numbers: Float64Array[];
  /** The label that each row of the path has, as a bit. */
  labels = new Int32Array(0);
  /** The first row of the path. */
  start = -1;
  #columns: readonly Column[] = [];

  constructor(
    readonly layout: PatternLayout,
    readonly links: RowLinks,
  ) {
    this.positions = layout.positions.map(() => new Int32Array(0));
    this.numbers = Array.from({ length: layout.numberLanes }, () => new Float64Array(0));
  }

  grow(capacity: number): void {
    if (this.labels.length >= capacity) return;
    this.labels = grown(this.labels, capacity);
    this.positions.forEach((lane, k) => (this.positions[k] = grown(lane, capacity)));
    this.numbers.forEach((lane, k) => {
      const longer = new Float64Array(capacity);
      longer.set(lane);
      this.numbers[k] = longer;
    });
  }

  /** The arguments, as they lie now. */
  read(columns: readonly Column[]): void {
    this.#columns = columns;
  }

  /** Adds a row to the path under a label; `before` is the row before it, -1 for the first. */
  enter(row: number, before: number, label: number): void {
    const { layout, positions, numbers } = this;
    this.labels[row] = label;
    for (let k = 0; k < positions.length; k++) {
      const lane = positions[k];
      const held = before < 0 ? -1 : lane[before];
      const spec = layout.positions[k];
      lane[row] = (spec.labels & label) !== 0 && this.#takes(spec, row, held) ? row : held;
    }
    for (const spec of layout.numbers) {
      const { at, labels, arg } = spec;
      const lane = numbers[at];
      const held = before < 0 ? 0 : lane[before];
      const valid = arg < 0 ? null : this.#columns[arg].valid;
      const adds = (labels & label) !== 0 && (valid === null || valid[row] !== 0);
      if (spec.kind === 'count') lane[row] = adds ? held + 1 : held;
      else this.#sum(spec, row, before, held, adds);
    }
  }

  #takes({ kind, arg }: PositionLane, row: number, held: number): boolean {
    if (kind === 'last') return true;
    if (kind === 'first') return held < 0;
    const column = this.#columns[arg];
    if (column.valid !== null && column.valid[row] === 0) return false;
    if (held < 0) return true;
    const order = compareRows(column, row, held);
    return kind === 'min' ? order < 0 : order > 0;
  }

  /** Neumaier's sum; of whole numbers exact. */
  #sum({ at, arg }: NumberLane, row: number, before: number, held: number, adds: boolean): void {
    const [sums, rests, counts] = [this.numbers[at], this.numbers[at + 1], this.numbers[at + 2]];
    const rest = before < 0 ? 0 : rests[before];
    const count = before < 0 ? 0 : counts[before];
    if (!adds) {
      sums[row] = held;
      rests[row] = rest;
      counts[row] = count;
      return;
    }
    const { data, type } = this.#columns[arg];
    const value = Number(data[row]);
    const sum = held + value;
    if (type.kind === 'float64') {
      const left = Math.abs(held) >= Math.abs(value) ? held - sum + value : value - sum + held;
      rests[row] = Number.isFinite(sum) ? rest + left : 0;
    } else {
      if ((isInt64Like(type) && !Number.isSafeInteger(value)) || !Number.isSafeInteger(sum)) throw tooGreat();
      rests[row] = 0;
    }
    sums[row] = sum;
    counts[row] = count + 1;
  }

  back(lane: number, row: number, offset: number): number {
    const held = this.positions[lane];
    const { prev } = this.links;
    let at = held[row];
    for (let k = 0; k < offset && at >= 0; k++) at = at === this.start ? -1 : held[prev[at]];
    return at;
  }

  forth(labels: number, row: number, offset: number): number {
    const { next } = this.links;
    let left = offset;
    for (let at = this.start; ; at = next[at]) {
      if ((this.labels[at] & labels) !== 0 && left-- === 0) return at;
      if (at === row) return -1;
    }
  }

  /** Moves the values of rows to other positions: those of `kept`, ascending, to the front. */
  move(kept: Int32Array, count: number, places: Int32Array): void {
    for (let k = 0; k < count; k++) this.labels[k] = this.labels[kept[k]];
    for (const lane of this.positions) {
      for (let k = 0; k < count; k++) {
        const held = lane[kept[k]];
        lane[k] = held < 0 ? -1 : places[held];
      }
    }
    for (const lane of this.numbers) for (let k = 0; k < count; k++) lane[k] = lane[kept[k]];
  }

  bytes(): number {
    const lanes = [this.labels, ...this.positions, ...this.numbers];
    return lanes.reduce((total, lane) => total + lane.byteLength, 0);
  }

  snapshot(writer: StateWriter, count: number): void {
    writer.lane('labels', this.labels, count);
    this.positions.forEach((lane, k) => writer.lane(`positions ${k}`, lane, count));
    this.numbers.forEach((lane, k) => writer.lane(`numbers ${k}`, lane, count));
  }

  restore(reader: StateReader): void {
    this.labels.set(reader.lane('labels') as Int32Array);
    this.positions.forEach((lane, k) => lane.set(reader.lane(`positions ${k}`) as Int32Array));
    this.numbers.forEach((lane, k) => lane.set(reader.lane(`numbers ${k}`) as Float64Array));
  }
}

function tooGreat(): MillraceError {
  return new MillraceError(
    'MR2198',
    'a sum of the rows of a match leaves ±(2^53 − 1).',
    'Add them as float64: m.sum(label, t => t.size.cast(float64)).',
  );
}
