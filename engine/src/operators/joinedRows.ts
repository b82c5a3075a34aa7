import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalIntervalJoin } from '../physical/intervalJoin.js';
import { grownTimes } from './growing.js';
import type { PairRing } from './pairRing.js';
import type { TimedQueue } from './timedQueue.js';
import { grown } from './valueIds.js';

/** The rows of an interval join's output: positions of driving rows and of the others, -1 for none, and the marks of the rows. */
export class JoinedRows {
  drivers = new Int32Array(1024);
  others = new Int32Array(1024);
  marks = new Float64Array(1024);
  count = 0;

  #told: EventTime = START_OF_TIME;

  /** Begins anew, behind what has been told of watermarks. */
  reset(told: EventTime): void {
    this.count = 0;
    this.#told = told;
  }

  #fit(more: number): void {
    const needed = this.count + more;
    if (needed <= this.others.length) return;
    this.drivers = grown(this.drivers, needed);
    this.others = grown(this.others, needed);
    this.marks = grownTimes(this.marks, needed);
  }

  #add(driver: number, other: number, mark: number): void {
    this.drivers[this.count] = driver;
    this.others[this.count] = other;
    this.marks[this.count++] = Math.max(mark, this.#told);
  }

  /** What driving rows [from, to) come out as. Every right row drives a right join, as every left row does a left one. */
  driven(
    driving: TimedQueue,
    from: number,
    to: number,
    pairs: PairRing,
    how: PhysicalIntervalJoin['how'],
  ): void {
    this.#fit(pairs.count + to - from);
    let pair = 0;
    for (let row = from; row < to; row++) {
      const first = pair;
      while (pair < pairs.count && pairs.drivers[pair] === row) pair++;
      const mark = driving.times[row];
      const isAlone = pair === first;
      if (how === 'semi' || how === 'anti') {
        if (isAlone === (how === 'anti')) this.#add(row, -1, mark);
        continue;
      }
      for (let k = first; k < pair; k++) this.#add(row, pairs.others[k], mark);
      if (isAlone && how !== 'inner') this.#add(row, -1, mark);
    }
  }

  /**
   * The same of both sides: an other row that nothing has met comes out behind the last driving row that it could have met. `otherDue`: the
   * position behind the others for which that is known; -1: up to the driving row `to`.
   */
  full(
    driving: TimedQueue,
    from: number,
    to: number,
    pairs: PairRing,
    others: TimedQueue,
    otherDue: number,
  ): void {
    for (let pair = 0; pair < pairs.count; pair++) others.noted[pairs.others[pair]] = 1;
    const { lowUs } = pairs;
    const until = otherDue >= 0 ? otherDue : others.dueBefore(driving.times[to] + lowUs);
    this.#fit(pairs.count + to - from + until - others.head);
    let other = others.head;
    let pair = 0;
    const alone = (limit: number): void => {
      for (; other < until && others.times[other] - lowUs < limit; other++) {
        if (others.noted[other] === 0) this.#add(-1, other, others.times[other] - lowUs);
      }
    };
    for (let row = from; row < to; row++) {
      const mark = driving.times[row];
      alone(mark);
      const first = pair;
      for (; pair < pairs.count && pairs.drivers[pair] === row; pair++)
        this.#add(row, pairs.others[pair], mark);
      if (pair === first) this.#add(row, -1, mark);
    }
    alone(Infinity);
    others.head = other;
  }

  bytes(): number {
    return this.drivers.byteLength + this.others.byteLength + this.marks.byteLength;
  }
}
