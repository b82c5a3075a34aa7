/** What the numbers of messages say: some are missing, one of them came after all, or they began anew. */
export interface SequenceEvent {
  readonly event: 'gap' | 'late' | 'reset';
  readonly key: string | null;
  readonly expected: number | bigint;
  readonly got: number | bigint;
  /** How many numbers did not come; null where that cannot be said. */
  readonly missing: number | null;
}

/** The numbers that messages run through: from `first` to `last`, and then from `first` again. */
export interface SequenceRange {
  readonly first: number;
  /** null: not known. A roll-over at a power of two is recognised then. */
  readonly last: number | null;
}

/** So many keys are watched; those that come later are not. */
const MOST_KEYS = 100_000;
/** So many gaps of a key are remembered, to know numbers that come late. */
const MOST_GAPS = 16;
/** Numbers near a power of two, and near the first, roll over. */
const NEAR = 1000;
const ROLL_OVERS = [15, 16, 31, 32, 53].map(bits => 2 ** bits);
/** Old numbers that follow each other are no repetition: the counter has begun anew. */
const RUN = 4;
/** Behind by more than so much, the first number is a new beginning. */
const FAR = 16;

interface Missing {
  from: number;
  to: number;
}

interface Key {
  last: number | bigint;
  /** Which connection the last number came over. */
  connection: number;
  /** Numbers since the start, counted on over roll-overs: the place of `last`. */
  place: number;
  /** The places that are missing. */
  readonly missing: Missing[];
  /** How many old numbers have followed each other, the first of them, and the one that would be next. */
  run: number;
  runFirst: number | bigint;
  runNext: number | bigint;
}

/** Follows the numbers of messages, of each key on its own, and tells what is wrong with them. It never holds more than a bounded number of keys and gaps. */
export class Sequences {
  /** Whether there were more keys than are watched. */
  hasOverflowed = false;
  readonly #keys = new Map<string | null, Key>();
  #connection = 0;

  constructor(
    private readonly range: SequenceRange,
    private readonly tell: (event: SequenceEvent) => void,
  ) {}

  /** A connection begins: numbers may begin anew with it. */
  connected(): void {
    this.#connection++;
  }

  see(name: string | null, got: number | bigint): void {
    const key = this.#keys.get(name);
    if (key === undefined) {
      this.#begin(name, got);
      return;
    }
    const step = this.#step(key.last, got);
    const isFirst = key.connection !== this.#connection;
    key.connection = this.#connection;
    if (step === 1) {
      key.last = got;
      key.place++;
      key.run = 0;
    } else if (step > 1) {
      this.#gap(name, key, got, step);
    } else if (isFirst) {
      if (step < 0) this.#reset(name, key, got, key.last);
    } else {
      this.#old(name, key, got, step);
    }
  }

  #begin(name: string | null, got: number | bigint): void {
    if (this.#keys.size >= MOST_KEYS) {
      this.hasOverflowed = true;
      return;
    }
    this.#keys.set(name, {
      last: got,
      connection: this.#connection,
      place: 0,
      missing: [],
      run: 0,
      runFirst: 0,
      runNext: 0,
    });
  }

  /** How far a number is ahead of the last one, over roll-overs. */
  #step(last: number | bigint, got: number | bigint): number {
    if (typeof last !== 'number' || typeof got !== 'number') return Number(BigInt(got) - BigInt(last));
    const { first, last: highest } = this.range;
    if (highest !== null) {
      const size = highest - first + 1;
      const ahead = (((got - last) % size) + size) % size;
      return ahead > size / 2 ? ahead - size : ahead;
    }
    const step = got - last;
    if (step < 0 && got < first + NEAR) {
      const size = ROLL_OVERS.find(each => each > last && each - last <= NEAR);
      if (size !== undefined) return got - first + size - last;
    }
    return step;
  }

  #gap(name: string | null, key: Key, got: number | bigint, step: number): void {
    this.tell({ event: 'gap', key: name, expected: next(key.last), got, missing: step - 1 });
    key.missing.push({ from: key.place + 1, to: key.place + step - 1 });
    if (key.missing.length > MOST_GAPS) key.missing.shift();
    key.last = got;
    key.place += step;
    key.run = 0;
  }

  /** A number that is not beyond the last one: one that was missing, one that is repeated, or a new beginning. */
  #old(name: string | null, key: Key, got: number | bigint, step: number): void {
    if (fill(key.missing, key.place + step)) {
      this.tell({ event: 'late', key: name, expected: next(key.last), got, missing: null });
      return;
    }
    if (key.run > 0 && got === key.runNext) key.run++;
    else {
      key.run = 1;
      key.runFirst = got;
    }
    key.runNext = next(got);
    const isStart = step < -FAR && Number(got) - this.range.first <= 1 && this.range.last === null;
    if (step < 0 && (key.run >= RUN || isStart)) this.#reset(name, key, key.runFirst, got);
  }

  /** The numbers have begun anew with `got`, and are at `last` now. */
  #reset(name: string | null, key: Key, got: number | bigint, last: number | bigint): void {
    this.tell({ event: 'reset', key: name, expected: next(key.last), got, missing: null });
    key.last = last === key.last ? got : last;
    key.missing.length = 0;
    key.run = 0;
  }
}

function next(number: number | bigint): number | bigint {
  return typeof number === 'bigint'
    ? number + 1n
    : Number.isSafeInteger(number + 1)
      ? number + 1
      : BigInt(number) + 1n;
}

/** Takes a place out of those that are missing; false where it is not among them. */
function fill(missing: Missing[], place: number): boolean {
  const at = missing.findIndex(({ from, to }) => from <= place && place <= to);
  if (at < 0) return false;
  const { from, to } = missing[at];
  const rest = [
    { from, to: place - 1 },
    { from: place + 1, to },
  ].filter(each => each.from <= each.to);
  missing.splice(at, 1, ...rest);
  if (missing.length > MOST_GAPS) missing.shift();
  return true;
}
