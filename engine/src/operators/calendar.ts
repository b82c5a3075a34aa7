/** Whether the row at one position comes before that at another of the same event time. */
export type TieOrder = (a: number, b: number) => number;

const LEAST_BUCKETS = 256;
/** Runs up to this long are sorted by insertion. */
const SHORT_RUN = 24;

/**
 * A calendar queue of row positions by event time (R. Brown, 1988): a ring of buckets of equal width, each a linked list. Adding
 * and taking a row cost the same however many wait. The width follows the rows; those too far ahead for the ring wait beside it.
 */
export class Calendar {
  count = 0;
  #heads = new Int32Array(LEAST_BUCKETS).fill(-1);
  #next = new Int32Array(0);
  #perUs = 1;
  #base = 0;
  #far: number[] = [];
  #farLeast = Infinity;

  constructor(readonly tie: TieOrder) {}

  /** Makes room for positions below `capacity`. */
  fit(capacity: number): void {
    if (this.#next.length >= capacity) return;
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
  }

  /** Lays the calendar out anew for these positions, and forgets all others. */
  rebuild(positions: Int32Array, count: number, times: Float64Array): void {
    let buckets = LEAST_BUCKETS;
    while (buckets < 2 * count) buckets *= 2;
    if (this.#heads.length === buckets) this.#heads.fill(-1);
    else this.#heads = new Int32Array(buckets).fill(-1);
    this.#far = [];
    this.#farLeast = Infinity;
    this.count = 0;
    if (count === 0) return;
    let least = Infinity;
    for (let k = 0; k < count; k++) if (times[positions[k]] < least) least = times[positions[k]];
    const sample = new Float64Array(Math.min(count, 128));
    for (let k = 0; k < sample.length; k++)
      sample[k] = times[positions[Math.floor((k * count) / sample.length)]];
    sample.sort();
    const usual = sample[Math.floor(sample.length * 0.9)] - least;
    this.#perUs = usual > 0 ? Math.min(1, count / usual) : 1 / 16;
    this.#base = Math.floor(least * this.#perUs);
    for (let k = 0; k < count; k++) this.add(positions[k], times[positions[k]]);
  }

  /** Whether a time is within the calendar, so that it can be added without laying it out anew. */
  reaches(time: number): boolean {
    return Math.floor(time * this.#perUs) >= this.#base;
  }

  /** Whether the layout no longer suits the rows. */
  get crowded(): boolean {
    return this.count > this.#heads.length * 2 || this.#far.length > 64 + this.count / 2;
  }

  add(position: number, time: number): void {
    const bucket = Math.floor(time * this.#perUs);
    this.count++;
    if (bucket - this.#base >= this.#heads.length) {
      this.#far.push(position);
      if (time < this.#farLeast) this.#farLeast = time;
      return;
    }
    const at = bucket & (this.#heads.length - 1);
    this.#next[position] = this.#heads[at];
    this.#heads[at] = position;
  }

  /** Takes out the positions of all times below `limit`, in order, into `out` (which has room for all). Returns how many. */
  take(limit: number, times: Float64Array, out: Int32Array): number {
    const heads = this.#heads;
    const next = this.#next;
    const mask = heads.length - 1;
    const last = Math.min(Math.floor(limit * this.#perUs), this.#base + mask);
    let taken = 0;
    for (let bucket = this.#base; bucket <= last; bucket++) {
      let position = heads[bucket & mask];
      if (position < 0) continue;
      heads[bucket & mask] = -1;
      const from = taken;
      while (position >= 0) {
        const following = next[position];
        if (times[position] < limit) {
          out[taken++] = position;
        } else {
          next[position] = heads[bucket & mask];
          heads[bucket & mask] = position;
        }
        position = following;
      }
      this.#sort(out, from, taken, times);
    }
    if (this.#farLeast < limit) taken = this.#takeFar(limit, times, out, taken);
    this.count -= taken;
    if (limit < Infinity) this.#base = Math.max(this.#base, Math.floor(limit * this.#perUs));
    // Rows from the ring's new end on must not overtake those that wait beside it.
    if (Math.floor(this.#farLeast * this.#perUs) - this.#base <= mask) this.#foldFar(times);
    return taken;
  }

  #takeFar(limit: number, times: Float64Array, out: Int32Array, taken: number): number {
    const from = taken;
    this.#far = this.#far.filter(position => {
      if (times[position] >= limit) return true;
      out[taken++] = position;
      return false;
    });
    this.#farLeast = this.#far.reduce((least, position) => Math.min(least, times[position]), Infinity);
    this.#sort(out, from, taken, times);
    return taken;
  }

  #foldFar(times: Float64Array): void {
    const far = this.#far;
    this.#far = [];
    this.#farLeast = Infinity;
    this.count -= far.length;
    for (const position of far) this.add(position, times[position]);
  }

  /** Puts positions in order of time, then of the tie. */
  #sort(out: Int32Array, from: number, to: number, times: Float64Array): void {
    if (to - from < 2) return;
    const { tie } = this;
    if (to - from > SHORT_RUN) {
      out.subarray(from, to).sort((a, b) => times[a] - times[b] || tie(a, b));
      return;
    }
    for (let i = from + 1; i < to; i++) {
      const position = out[i];
      const time = times[position];
      let at = i - 1;
      while (
        at >= from &&
        (times[out[at]] > time || (times[out[at]] === time && tie(out[at], position) > 0))
      ) {
        out[at + 1] = out[at];
        at--;
      }
      out[at + 1] = position;
    }
  }
}
