import type { Batch } from '../columns/batch.js';
import { MillraceError } from '../columns/error.js';
import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import { columnsOf } from '../codegen/patternCondition.js';
import type { PhysicalMatchPattern } from '../physical/matchPattern.js';
import { GroupCensus, type Renumbering } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { PatternDeadlines } from './patternDeadlines.js';
import { PatternKeys } from './patternKeys.js';
import { PatternLayout } from './patternLanes.js';
import { PatternOutput } from './patternOutput.js';
import { PatternSearch, type Found } from './patternSearch.js';
import { WaitingPatternRows } from './patternRows.js';
import type { StateReader, StateWriter } from './snapshot.js';

export type MatchPatternPlan = PhysicalMatchPattern & { readonly input: Schema; readonly output: Schema };

/**
 * How many edges are tried to find out which keys hold a match that may come out later: after each batch, and so many more for each of its
 * rows. Tests set both low.
 */
export const PROBE_LIMITS = { batch: 16_384, row: 16 };

/**
 * Finds rows of each key that follow each other as a pattern says. Rows come in event order, so one search a key is enough: that from the earliest row
 * that may begin a match. Rows wait behind it; they begin searches of their own once it has ended.
 */
export class MatchPatternOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: MatchPatternPlan;
  readonly #rows: WaitingPatternRows;
  readonly #search: PatternSearch;
  /** Looks at what waits as if nothing came any more. */
  readonly #probe: PatternSearch;
  readonly #found: PatternOutput;
  readonly #groups: GroupIndex;
  readonly #census = new GroupCensus(holds => {
    const { head, size } = this.#keys;
    for (let key = 0; key < size; key++) if (head[key] >= 0) holds[key] = 1;
  });
  readonly #keys = new PatternKeys();
  readonly #deadlines = new PatternDeadlines();
  /** Keys whose rows may hold a match that is not certain yet, so that it comes out after later ones, and the row that it begins with; -1: not tried. */
  readonly #uncertain = new Map<number, number>();
  readonly #touched = new Set<number>();
  #live = 0;
  #told: EventTime = START_OF_TIME;
  /** Where matching goes on, by label: -1 where no label says so. */
  readonly #skipTo: number;

  constructor(plan: MatchPatternPlan) {
    this.#plan = plan;
    const { conditions, references, keys, args, afterMatch, labels } = plan;
    this.#rows = new WaitingPatternRows(plan);
    const reads = new Set(conditions.flatMap(each => (each?.of === 'match' ? columnsOf(each.expr) : [])));
    const layout = new PatternLayout(plan, new Set([...reads].filter(at => at < references.length)));
    this.#search = new PatternSearch(plan, layout, this.#rows, true);
    this.#probe = new PatternSearch(plan, layout, this.#rows, false);
    this.#found = new PatternOutput(plan, this.#rows, plan.output);
    this.#groups = new GroupIndex(keys.map(at => args[at].type));
    this.#skipTo = 'label' in afterMatch ? 1 << labels.indexOf(afterMatch.label) : 0;
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (batch.length > 0) this.#take(batch);
    const mark = batch.watermark;
    this.#expire(mark);
    if (mark === END_OF_TIME) for (const key of this.#keys.waiting()) this.#go(key, -1, mark);
    const before = this.#told;
    if (this.#plan.time !== null) this.#told = Math.max(before, Math.min(mark, this.#earliest(batch.length)));
    else this.#told = mark;
    out(this.#found.batch(this.#rows.columns, before, this.#told));
    this.#compact();
  }

  #take(batch: Batch): void {
    const rows = this.#rows;
    const { length } = batch;
    const from = rows.append(batch);
    const columns = rows.arguments;
    const groups = this.#groups.assign(
      this.#plan.keys.map(at => columns[at]),
      length,
    );
    this.#keys.grow(this.#groups.size);
    for (const each of [this.#search, this.#probe, this.#found]) {
      each.grow(rows.capacity);
      each.read(rows.columns);
    }
    const { next, prev, times } = rows;
    const { head, tail, count } = this.#keys;
    const { leastRows } = this.#plan;
    const isTimed = this.#plan.time !== null;
    const deadlines = this.#deadlines;
    this.#live += length;
    for (let i = 0; i < length; i++) {
      const row = from + i;
      const key = groups[i];
      // In event order nothing that comes is earlier than this row.
      if (deadlines.next <= times[row]) this.#expire(times[row]);
      next[row] = -1;
      if (head[key] < 0) {
        head[key] = tail[key] = row;
        prev[row] = -1;
        count[key] = 1;
        this.#begin(key, row, START_OF_TIME);
      } else {
        const before = tail[key];
        next[before] = row;
        prev[row] = before;
        tail[key] = row;
        count[key]++;
        this.#go(key, row, START_OF_TIME);
      }
      if (isTimed && count[key] >= leastRows) this.#touched.add(key);
    }
  }

  /** Goes on with a key's search, with the row that has come, or -1: whatever may come is not before `mark`. */
  #go(key: number, row: number, mark: EventTime): void {
    const { head, tail, state, edge } = this.#keys;
    const start = head[key];
    const last = row < 0 ? tail[key] : this.#rows.prev[row];
    const ended = this.#isOver(start, mark);
    this.#settle(key, this.#search.resume(start, last, row, state[key], edge[key], ended), mark);
  }

  /** Searches from a key's first row on. */
  #begin(key: number, row: number, mark: EventTime): void {
    this.#settle(key, this.#search.begin(row, this.#isOver(row, mark)), mark);
  }

  /** Whether no row that may come can belong to a match that begins at this one. */
  #isOver(start: number, mark: EventTime): boolean {
    if (mark === END_OF_TIME) return true;
    const { withinUs } = this.#plan;
    return withinUs !== null && this.#rows.times[start] + withinUs <= mark;
  }

  /** Notes what has been found, and searches from the next row on until a search waits or no row is left. */
  #settle(key: number, outcome: Found, mark: EventTime): void {
    const search = this.#search;
    const { next, prev } = this.#rows;
    const { head, count, state, edge } = this.#keys;
    let found = outcome;
    for (;;) {
      const start = head[key];
      if (found === 'waits') {
        state[key] = search.state;
        edge[key] = search.edge;
        this.#await(key, start);
        return;
      }
      if (found === 'match') this.#found.add(search, start);
      const begin = found === 'match' ? this.#after(start, search.last) : next[start];
      let gone = 0;
      for (let row = start; row !== begin; row = next[row]) gone++;
      this.#live -= gone;
      count[key] -= gone;
      head[key] = begin;
      if (begin < 0) return;
      prev[begin] = -1;
      found = search.begin(begin, this.#isOver(begin, mark));
    }
  }

  /** The row that matching goes on at after a match; -1: the one that comes next. */
  #after(start: number, last: number): number {
    const { afterMatch, labels } = this.#plan;
    const { next } = this.#rows;
    if (afterMatch.to === 'pastLastRow') return next[last];
    if (afterMatch.to === 'nextRow') return next[start];
    let found = -1;
    for (let row = start; ; row = next[row]) {
      if (1 << this.#search.labelOf(row) === this.#skipTo && (found < 0 || afterMatch.to === 'last'))
        found = row;
      if (row === last) break;
    }
    if (found > start) return found;
    const { label, to } = afterMatch;
    throw new MillraceError(
      'MR2199',
      found < 0
        ? `matchPattern() cannot go on at the ${to} row of ${label}: the match has none.`
        : `matchPattern() cannot go on at the ${to} row of ${label}: it is the first row of the match, so the same match would be found for ever.`,
      `Skip to a label that each match has behind its first row${labels.length > 1 ? '' : ', which takes two labels'}, or past the last row.`,
    );
  }

  #await(key: number, start: number): void {
    const { withinUs } = this.#plan;
    const { timed } = this.#keys;
    if (withinUs === null || timed[key] === 1) return;
    timed[key] = 1;
    this.#deadlines.add(key, this.#rows.times[start] + withinUs, this.#rows.order(start));
  }

  /** Ends the searches that are over at a time, in the order of their deadlines. */
  #expire(mark: EventTime): void {
    const deadlines = this.#deadlines;
    const { withinUs } = this.#plan;
    const { head, timed } = this.#keys;
    while (withinUs !== null && deadlines.size > 0 && deadlines.next <= mark) {
      const { group, time, order } = deadlines.take();
      timed[group] = 0;
      const start = head[group];
      if (start < 0) continue;
      const due = this.#rows.times[start] + withinUs;
      if (due > time || this.#rows.order(start) !== order) this.#await(group, start);
      else {
        this.#touched.add(group);
        this.#go(group, -1, time);
      }
    }
  }

  /** The earliest time that a match of rows that have come may yet have. `rows`: how many have come now. */
  #earliest(rows: number): EventTime {
    const { head, count } = this.#keys;
    const { leastRows } = this.#plan;
    const uncertain = this.#uncertain;
    this.#probe.budget = PROBE_LIMITS.batch + PROBE_LIMITS.row * rows;
    for (const key of this.#touched) {
      const begins = count[key] < leastRows ? null : this.#mayHold(key);
      if (begins === null) uncertain.delete(key);
      else uncertain.set(key, begins);
      if (begins !== -1) this.#touched.delete(key);
    }
    let earliest = Infinity;
    for (const key of uncertain.keys()) {
      if (count[key] < leastRows) uncertain.delete(key);
      else earliest = Math.min(earliest, this.#rows.times[head[key]]);
    }
    return earliest;
  }

  /**
   * The row that begins a match among the rows of a key that wait, which is not told since what is preferred to it, or comes before it, is not
   * decided. Null: there is none; -1: what may be tried is used up.
   */
  #mayHold(key: number): number | null {
    const { head, count } = this.#keys;
    const known = this.#uncertain.get(key);
    if (known !== undefined && known >= head[key]) return known;
    const probe = this.#probe;
    let left = count[key];
    for (let row = head[key]; left >= this.#plan.leastRows; row = this.#rows.next[row], left--)
      if (probe.begin(row, true) === 'match') return probe.budget < 0 ? -1 : row;
    return null;
  }

  #compact(): void {
    if (this.#rows.used >= 1024 && this.#rows.used >= 2 * this.#live) this.#dense();
  }

  /** Gives up rows that no search needs, and the numbers of keys that have none. */
  #dense(): void {
    const rows = this.#rows;
    const { head, tail } = this.#keys;
    const kept = new Int32Array(this.#live);
    let count = 0;
    const waiting = this.#keys.waiting();
    for (const key of waiting) for (let row = head[key]; row >= 0; row = rows.next[row]) kept[count++] = row;
    kept.sort();
    const places = rows.keepOnly(kept);
    this.#search.move(kept, count, places);
    for (const key of waiting) {
      head[key] = places[head[key]];
      tail[key] = places[tail[key]];
    }
    for (const [key, row] of this.#uncertain) this.#uncertain.set(key, row < 0 ? -1 : places[row]);
    const renumbering = this.#census.take(this.#groups);
    if (renumbering === null) return;
    this.#keys.renumber(renumbering);
    this.#renumberKeys(renumbering);
    this.#awaitAll();
  }

  #renumberKeys({ numberOf }: Renumbering): void {
    const uncertain = [...this.#uncertain];
    this.#uncertain.clear();
    for (const [key, row] of uncertain) if (numberOf[key] >= 0) this.#uncertain.set(numberOf[key], row);
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const key of touched) if (numberOf[key] >= 0) this.#touched.add(numberOf[key]);
  }

  /** Notes the deadlines of all keys anew. */
  #awaitAll(): void {
    const { timed, head } = this.#keys;
    this.#deadlines.clear();
    timed.fill(0);
    for (const key of this.#keys.waiting()) this.#await(key, head[key]);
  }

  stateRows(): number {
    return this.#live;
  }

  bytes(): number {
    const searches = this.#search.bytes() + this.#probe.bytes();
    return this.#rows.bytes() + searches + this.#keys.bytes() + this.#groups.bytes();
  }

  /** Writes the rows that wait and where each key's search is. */
  snapshot(writer: StateWriter): void {
    this.#dense();
    writer.value('told', this.#told);
    writer.value(
      'uncertain',
      [...this.#uncertain].map(entry => [...entry]),
    );
    writer.value('touched', [...this.#touched]);
    this.#rows.snapshot(writer.section('rows'));
    this.#search.snapshot(writer.section('search'), this.#rows.used);
    this.#keys.snapshot(writer.section('keys'));
    this.#groups.snapshot(writer.section('groups'));
  }

  restore(reader: StateReader): void {
    this.#told = reader.value('told') as number;
    for (const [key, row] of reader.value('uncertain') as readonly [number, number][])
      this.#uncertain.set(key, row);
    for (const key of reader.value('touched') as readonly number[]) this.#touched.add(key);
    this.#rows.restore(reader.section('rows'));
    for (const each of [this.#search, this.#probe, this.#found]) {
      each.grow(this.#rows.capacity);
      if (this.#rows.used > 0) each.read(this.#rows.columns);
    }
    this.#search.restore(reader.section('search'));
    this.#keys.restore(reader.section('keys'));
    this.#groups.restore(reader.section('groups'));
    this.#live = this.#rows.used;
    this.#awaitAll();
  }
}
