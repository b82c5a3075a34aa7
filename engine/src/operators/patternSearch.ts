import type { Column } from '../columns/column.js';
import { MillraceError } from '../columns/error.js';
import { PatternCondition, type PatternTest } from '../codegen/patternCondition.js';
import type { PhysicalMatchPattern } from '../physical/matchPattern.js';
import { PatternLanes, type PatternLayout, type RowLinks } from './patternLanes.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** The rows that wait, by position, and what is known of each. */
export interface PatternRows extends RowLinks {
  /** Event times; unset where rows have none. */
  times: Float64Array;
  /** The labels that a row may have as far as its own columns say, as bits. */
  fits: Int32Array;
  /** The states from which no match goes on at this row, as bits: what has been tried is not tried again. */
  hopeless: Int32Array;
}

/** How many edges one search tries before a row lets it go on: beyond, it would not come to an end. Tests set it low. */
export const SEARCH_LIMITS = { tries: 50_000_000 };

/** How a search ended. */
export type Found = 'match' | 'none' | 'waits';

/**
 * Looks for the match that begins at a row: the first one in the order of preference, by trying edges in their order and going back where none is left.
 * What has been tried lies by the rows' positions, since each row of a path is there once: going back costs nothing, and a search that waits for the next
 * row goes on where it was.
 */
export class PatternSearch {
  readonly lanes: PatternLanes;
  readonly #first: Int32Array;
  readonly #labels: Int32Array;
  readonly #targets: Int32Array;
  readonly #conditions: readonly (PatternCondition | null)[];
  readonly #tests: (PatternTest | null)[];
  /** Whether any condition asks for rows before. */
  readonly #keeps: boolean;
  /** States whose outcome hangs on the rows that follow alone. */
  readonly #forgetful: number;
  /** The state before each row of the path, and the edge that it took. */
  #states = new Int32Array(0);
  #edges = new Int32Array(0);
  /** Where a search that waits goes on, and the last row of a match. */
  state = 0;
  edge = 0;
  last = -1;
  /** So many edges are tried at most; then a match is taken for found. */
  budget = Infinity;

  /** @param learns whether it may say of rows that nothing goes on there: not where rows that have not come are taken for the end */
  constructor(
    readonly physical: PhysicalMatchPattern,
    layout: PatternLayout,
    readonly rows: PatternRows,
    readonly learns: boolean,
  ) {
    const { states, conditions, references, args } = physical;
    this.lanes = new PatternLanes(layout, rows);
    this.#first = Int32Array.from(states.first);
    this.#labels = Int32Array.from(states.labels);
    this.#targets = Int32Array.from(states.targets);
    const types = [...references.map(each => ({ type: each.type, nullable: true })), ...args];
    this.#conditions = conditions.map(each =>
      each?.of === 'match' ? new PatternCondition(each.expr, layout.slots, types) : null,
    );
    this.#tests = conditions.map(() => null);
    this.#keeps = this.#conditions.some(condition => condition !== null);
    this.#forgetful = forgetfulStates(physical);
  }

  grow(capacity: number): void {
    this.lanes.grow(capacity);
    if (this.#states.length >= capacity) return;
    this.#states = grown(this.#states, capacity);
    this.#edges = grown(this.#edges, capacity);
  }

  /** The arguments, as they lie now. */
  read(columns: readonly Column[]): void {
    this.lanes.read(columns);
    this.#conditions.forEach((condition, label) => {
      this.#tests[label] = condition?.bind(columns, this.lanes) ?? null;
    });
  }

  /** Looks for a match from its first row on. `ended`: no row that may come belongs to it. */
  begin(start: number, ended: boolean): Found {
    return this.#run(start, start, -1, 0, this.#first[0], ended);
  }

  /** Goes on behind row `last`, where it waited in a state before an edge, with the row `next`, or -1. */
  resume(start: number, last: number, next: number, state: number, edge: number, ended: boolean): Found {
    return this.#run(start, next, last, state, edge, ended);
  }

  #run(start: number, row: number, last: number, state: number, edge: number, ended: boolean): Found {
    const { next, prev, times, fits, hopeless } = this.rows;
    const [first, labels, targets, states, edges] = [
      this.#first,
      this.#labels,
      this.#targets,
      this.#states,
      this.#edges,
    ];
    const { lanes, learns } = this;
    const { withinUs } = this.physical;
    const keeps = this.#keeps;
    const until = withinUs === null ? Infinity : times[start] + withinUs;
    const forgetful = this.#forgetful;
    // Up to here it was time that ended a try: from a later start it may go on.
    let timed = withinUs === null ? -1 : last;
    lanes.start = start;
    let end = first[state + 1];
    let left = learns ? SEARCH_LIMITS.tries : this.budget;
    for (;;) {
      if (edge < end) {
        const label = labels[edge];
        if (label < 0 || --left < 0) {
          if (learns && left < 0) throw tooManyWays(this.physical.labels);
          this.budget = left;
          this.last = last;
          return 'match';
        }
        if (row < 0) {
          if (!ended) {
            this.state = state;
            this.edge = edge;
            return 'waits';
          }
          if (withinUs !== null) timed = Infinity;
          edge++;
          continue;
        }
        if (withinUs !== null && times[row] >= until) {
          timed = row;
          edge++;
          continue;
        }
        const bit = 1 << label;
        if ((fits[row] & bit) === 0) {
          edge++;
          continue;
        }
        if (keeps) {
          lanes.enter(row, last, bit);
          const test = this.#tests[label];
          if (test !== null && !test(row)) {
            edge++;
            continue;
          }
        }
        states[row] = state;
        edges[row] = edge;
        last = row;
        row = next[row];
        state = targets[edge];
        edge = first[state];
        end = first[state + 1];
        if (row >= 0 && state < 31 && (hopeless[row] & (1 << state)) !== 0) edge = end;
        continue;
      }
      if (learns && row > timed && state < 31) hopeless[row] |= forgetful & (1 << state);
      if (last < 0) {
        this.budget = left;
        return 'none';
      }
      row = last;
      if (timed > row) timed = row;
      last = row === start ? -1 : prev[row];
      state = states[row];
      edge = edges[row] + 1;
      end = first[state + 1];
    }
  }

  /** The label that a row of the path has, by its place in the list of labels. */
  labelOf(row: number): number {
    return this.#labels[this.#edges[row]];
  }

  move(kept: Int32Array, count: number, places: Int32Array): void {
    this.lanes.move(kept, count, places);
    for (let k = 0; k < count; k++) {
      this.#states[k] = this.#states[kept[k]];
      this.#edges[k] = this.#edges[kept[k]];
    }
  }

  bytes(): number {
    return this.lanes.bytes() + this.#states.byteLength * 2;
  }

  snapshot(writer: StateWriter, count: number): void {
    writer.lane('states', this.#states, count);
    writer.lane('edges', this.#edges, count);
    this.lanes.snapshot(writer.section('lanes'), count);
  }

  restore(reader: StateReader): void {
    this.#states.set(reader.lane('states') as Int32Array);
    this.#edges.set(reader.lane('edges') as Int32Array);
    this.lanes.restore(reader.section('lanes'));
  }
}

function tooManyWays(labels: readonly string[]): MillraceError {
  return new MillraceError(
    'MR2197',
    `the rows of a match can have the labels ${labels.join(', ')} in too many ways to try them all.`,
    'Let definitions exclude each other, or bound what is tried: within, {n,m} in the place of + and *.',
  );
}

/** The states, as bits, behind which no condition asks for rows before: whether a match goes on there is the same for every start. */
function forgetfulStates({ states, conditions }: PhysicalMatchPattern): number {
  let bits = 0;
  const count = Math.min(31, states.first.length - 1);
  for (let state = 0; state < count; state++) {
    const seen = new Set<number>();
    const asks = (at: number): boolean => {
      if (seen.has(at)) return false;
      seen.add(at);
      for (let edge = states.first[at]; edge < states.first[at + 1]; edge++) {
        const label = states.labels[edge];
        if (label >= 0 && (conditions[label]?.of === 'match' || asks(states.targets[edge]))) return true;
      }
      return false;
    };
    if (!asks(state)) bits |= 1 << state;
  }
  return bits;
}
