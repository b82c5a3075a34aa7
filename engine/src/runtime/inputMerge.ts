import type { Batch } from '../columns/batch.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { Schema } from '../columns/schema.js';
import type { StateReader, StateWriter } from '../operators/snapshot.js';
import { readBatch, writeBatch } from './batchState.js';
import { placeOf } from './places.js';
import { copyBatch, sliceBatch } from './slice.js';
import { Ticks } from './ticks.js';

/** A source as the merge sees it. */
export interface MergeInput {
  /** How far the source's watermark lags behind its highest event time. */
  readonly boundUs: number;
  /** After so long a silence the source holds others back no more; null: never. */
  readonly idleTimeoutUs: number | null;
  /** Whether rows happen as they come; if not, they were recorded, and have their place by event time. */
  readonly live: boolean;
}

/** Where merged rows go. */
export interface MergeOutput {
  push(source: number, batch: Batch): void;
  end(source: number): void;
  /** A source is silent, or is back. */
  idle(source: number, idle: boolean): void;
  /** Whether it can be seen in which order the rows of different sources come. */
  readonly ordered: boolean;
  /** The periods, in microseconds, after which windows are told while they are open. */
  readonly periods: readonly number[];
  /** Such periods are over. */
  tick(periods: ReadonlySet<number>): void;
}

interface Waiting {
  readonly batch: Batch;
  /** The number under which a live feed's batch arrived; null for recorded rows. */
  readonly arrival: number | null;
}

interface Port extends MergeInput {
  readonly source: number;
  readonly waiting: Waiting[];
  /** Rows of the first waiting batch that have gone. */
  offset: number;
  rows: number;
  /** No row that is still to come has a key below this. */
  frontier: number;
  /** The key of the last row that went. */
  last: number;
  ending: boolean;
  /** Whether it is read no further. */
  stopped: boolean;
  ended: boolean;
  idle: boolean;
}

/**
 * Puts the rows of several sources into one order, the same however they were cut into batches. Recorded rows go by their places: when they were
 * received, or the running maximum of their source's event time; ties by the order in which the plan names the sources. Rows of live feeds go by
 * arrival. A row waits until no earlier one can come. A recorded source whose next row is `idleTimeout` away from its last one is silent from that moment on. Periods of windows that are told
 * every so often end between recorded rows, so a row's place says which of them it is told in, whatever the clock's speed.
 *
 * Where nobody can see the order of rows of different sources, batches go whole, and no source is far ahead of the others.
 */
export class InputMerge {
  readonly #ports: readonly Port[];
  readonly #ticks: Ticks;
  #start: EventTime = END_OF_TIME;
  /** How far the session clock is: silence is not told ahead of it. */
  #now: EventTime = END_OF_TIME;
  #releasing = false;
  /** Whether batches go whole: those of the source that is furthest behind first. */
  readonly #whole: boolean;

  constructor(
    inputs: readonly MergeInput[],
    readonly out: MergeOutput,
  ) {
    this.#ticks = new Ticks(out.periods);
    const silent = inputs.some(({ idleTimeoutUs }) => idleTimeoutUs !== null);
    this.#whole = !out.ordered && !silent && out.periods.length === 0;
    this.#ports = inputs.map((input, source) => ({
      ...input,
      source,
      waiting: [],
      offset: 0,
      rows: 0,
      frontier: START_OF_TIME,
      last: START_OF_TIME,
      ending: false,
      stopped: false,
      ended: false,
      idle: false,
    }));
  }

  /** Takes rows of a source. They are copied if they have to wait. `arrival` numbers the batches of all live feeds. */
  add(source: number, batch: Batch, arrival: number | null): void {
    const port = this.#ports[source];
    if (this.#ports.length === 1 && this.out.periods.length === 0) {
      this.out.push(source, batch);
      return;
    }
    port.waiting.push({ batch, arrival });
    port.rows += batch.length;
    if (arrival !== null) port.frontier = Math.max(port.frontier, arrival);
    else if (batch.length > 0)
      port.frontier = Math.max(port.frontier, placeOf(batch, batch.length - 1, port.boundUs));
    this.#release();
    const last = port.waiting.length - 1;
    if (last < 0 || port.waiting[last].batch !== batch) return;
    const rest = sliceBatch(batch, last === 0 ? port.offset : 0, batch.length);
    if (last === 0) port.offset = 0;
    port.waiting[last] = { batch: copyBatch(rest), arrival };
  }

  /** Every row of a source below a key has come: an event time of recorded rows, anything of a live feed that is up to date. */
  progress(source: number, key: number): void {
    const port = this.#ports[source];
    if (key <= port.frontier) return;
    port.frontier = key;
    this.#release();
  }

  /** A source has come to its end. */
  end(source: number): void {
    this.#ports[source].ending = true;
    this.#release();
  }

  /** A source is read no further, though it has not ended: its next row would have this key. */
  stop(source: number, key: number): void {
    this.#ports[source].stopped = true;
    this.progress(source, key);
  }

  /** The session clock has reached a time: sources may have fallen silent since. */
  advance(now: EventTime): void {
    this.#now = now;
    this.#release();
  }

  /** A live source is silent. */
  silence(source: number): void {
    if (!this.#ports[source].ended) this.#setIdle(this.#ports[source], true);
  }

  /** When the next recorded source falls silent if nothing comes, by the session clock; the end of time: none does. */
  nextSilence(): EventTime {
    let next = END_OF_TIME;
    for (const port of this.#ports) if (!port.idle) next = Math.min(next, this.#silentAt(port));
    return next;
  }

  /** When the next period ends if no row comes, by the session clock; the end of time: none does. */
  get nextTick(): EventTime {
    return this.#ticks.next;
  }

  isIdle(source: number): boolean {
    return this.#ports[source].idle;
  }

  /** Rows of a source that wait for others. */
  rowsWaiting(source: number): number {
    return this.#ports[source].rows;
  }

  /** The source that the others wait for, or -1. */
  get awaited(): number {
    if (!this.#ports.some(port => port.waiting.length > 0)) return -1;
    return this.#first(false)?.source ?? -1;
  }

  /** The recorded source that has to be read on for rows to go: the one that is furthest behind; -1 where none is left to read. */
  get behind(): number {
    const first = this.#first(false);
    return first === null || first.stopped ? -1 : first.source;
  }

  /** The lowest key that a port's next row can have. */
  #frontierOf(port: Port): number {
    const [head] = port.waiting;
    if (head === undefined) return port.frontier;
    if (head.arrival !== null) return head.arrival;
    return head.batch.length === 0 ? port.last : placeOf(head.batch, port.offset, port.boundUs);
  }

  /** The port whose rows are next, among live or recorded ones: the lowest frontier, the first of equal ones. */
  #first(live: boolean, but: Port | null = null): Port | null {
    let first: Port | null = null;
    let lowest = 0;
    for (const port of this.#ports) {
      if (port.ended || port.live !== live || port === but) continue;
      const frontier = this.#frontierOf(port);
      if (first !== null && frontier >= lowest) continue;
      first = port;
      lowest = frontier;
    }
    return first;
  }

  /** Writes the rows that wait and what is known of each source. Only of recorded sources, whose rows can be given once more. */
  snapshot(writer: StateWriter): void {
    writer.value('start', this.#start);
    writer.lane('ticks', this.#ticks.due);
    this.#ports.forEach((port, k) => {
      const section = writer.section(`port ${k}`);
      const { offset, frontier, last, ending, ended, idle } = port;
      section.value('state', { frontier, last, ending, ended, idle });
      section.value('waiting', port.waiting.length);
      port.waiting.forEach(({ batch }, at) =>
        writeBatch(section.section(`batch ${at}`), sliceBatch(batch, at === 0 ? offset : 0, batch.length)),
      );
    });
  }

  /** Takes in what a merge of the same sources wrote; this one must be new. `schemas`: of the rows of each source. */
  restore(reader: StateReader, schemas: readonly Schema[]): void {
    this.#start = reader.value('start') as number;
    this.#ticks.due.set(reader.lane('ticks') as Float64Array);
    this.#ports.forEach((port, k) => {
      const section = reader.section(`port ${k}`);
      Object.assign(port, section.value('state'));
      const count = section.value('waiting') as number;
      for (let at = 0; at < count; at++) {
        const batch = readBatch(section.section(`batch ${at}`), schemas[k]);
        port.waiting.push({ batch, arrival: null });
        port.rows += batch.length;
      }
    });
  }

  #release(): void {
    // Rows that go out can bring new ones in.
    if (this.#releasing) return;
    this.#releasing = true;
    try {
      while (this.#releaseNext(true) || this.#releaseNext(false));
    } finally {
      this.#releasing = false;
    }
  }

  /** Lets one run of rows go, or an end. Returns whether something went. */
  #releaseNext(live: boolean): boolean {
    const port = this.#first(live);
    if (port === null) return false;
    if (port.waiting.length === 0) {
      if (port.ending) return this.#end(port);
      if (live) return false;
      const frontier = this.#frontierOf(port);
      return this.#tick(frontier, this.#now) || this.#fallSilent(frontier, false);
    }
    const { batch, arrival } = port.waiting[0];
    const from = port.offset;
    let to = batch.length;
    if (arrival === null && to > from) {
      const key = placeOf(batch, from, port.boundUs);
      if (key > START_OF_TIME && this.#start === END_OF_TIME) this.#start = key;
      if (this.#tick(key, END_OF_TIME) || this.#fallSilent(key, true, port)) return true;
      this.#ticks.note(key);
      to = this.#runEnd(port, batch, from);
      port.last = placeOf(batch, to - 1, port.boundUs);
    }
    port.rows -= to - from;
    if (to === batch.length) {
      port.waiting.shift();
      port.offset = 0;
    } else {
      port.offset = to;
    }
    this.#setIdle(port, false);
    this.out.push(port.source, sliceBatch(batch, from, to));
    return true;
  }

  #end(port: Port): boolean {
    port.ended = true;
    this.#setIdle(port, false);
    this.out.end(port.source);
    return true;
  }

  /** Where the rows of a batch that go before those of every other source end. */
  #runEnd(port: Port, batch: Batch, from: number): number {
    if (this.#whole) return batch.length;
    const next = this.#first(false, port);
    let limit = next === null ? END_OF_TIME : this.#frontierOf(next);
    let inclusive = next === null || port.source < next.source;
    const tick = this.#ticks.next;
    if (tick < limit) {
      limit = tick;
      inclusive = true;
    }
    for (const other of this.#ports) {
      if (other === port || other.idle) continue;
      const silent = this.#silentAt(other);
      if (silent > limit) continue;
      limit = silent;
      inclusive = false;
    }
    let low = from + 1;
    let high = batch.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const key = placeOf(batch, middle, port.boundUs);
      if (inclusive ? key <= limit : key < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** When a recorded source falls silent if no row of it comes before. */
  #silentAt(port: Port): EventTime {
    if (port.idleTimeoutUs === null || port.live || port.ended) return END_OF_TIME;
    const last = port.last === START_OF_TIME ? this.#start : port.last;
    return last + port.idleTimeoutUs;
  }

  /** Ends the periods that end before rows of a key, and not after `now`; who is silent by then is told first. */
  #tick(key: number, now: EventTime): boolean {
    const { next } = this.#ticks;
    if (next >= key || next > now) return false;
    if (!this.#fallSilent(next, true)) this.out.tick(this.#ticks.take());
    return true;
  }

  /** Tells which sources are silent when rows of a key are next. */
  #fallSilent(key: number, inclusive: boolean, but: Port | null = null): boolean {
    let fell = false;
    for (const port of this.#ports) {
      if (port === but || port.idle) continue;
      const silent = this.#silentAt(port);
      if (silent === END_OF_TIME || (inclusive ? silent > key : silent >= key || silent > this.#now))
        continue;
      this.#setIdle(port, true);
      fell = true;
    }
    return fell;
  }

  #setIdle(port: Port, idle: boolean): void {
    if (port.idle === idle) return;
    port.idle = idle;
    this.out.idle(port.source, idle);
  }
}
