import type { Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { valueAt } from '../columns/values.js';
import { GroupIndex } from './groupIndex.js';
import type { MeetingStats } from './meetingStats.js';
import { NumberRuns, Seen, type SequenceRange } from './numberRuns.js';
import type { MeetingEvent, RowMeeting } from './rowMeeting.js';
import type { SnapshotValue, StateReader, StateWriter } from './snapshot.js';

/** From which side a key has come. */
const HISTORY = 1;
const LIVE = 2;

interface Key {
  readonly text: string | null;
  readonly runs: NumberRuns;
  sides: number;
}

/** Rows that are numbered, each key on its own: a row has come before if its number has, and numbers that have not come are known. */
export class NumberedMeeting implements RowMeeting {
  old = 0;
  unnumbered = 0;
  tell: ((event: MeetingEvent) => void) | null = null;
  readonly #by: readonly number[];
  readonly #sequence: number;
  readonly #index: GroupIndex;
  /** By the keys' numbers. */
  readonly #keys: Key[] = [];

  constructor(
    schema: Schema,
    by: readonly string[],
    sequence: string,
    readonly range: SequenceRange,
  ) {
    this.#by = by.map(name => fieldIndex(schema, name));
    this.#sequence = fieldIndex(schema, sequence);
    this.#index = new GroupIndex(
      this.#by.map(at => schema.fields[at].type),
      true,
    );
  }

  keep(
    batch: Batch,
    rows: Int32Array,
    { notes, live }: { readonly notes: boolean; readonly live: boolean },
  ): number {
    const { length, columns } = batch;
    // Where numbers begin anew, only the end of history says which round is meant.
    if (!notes && this.range.last !== null) return every(rows, length);
    const numbers = this.#index.assign(
      this.#by.map(at => columns[at]),
      length,
    );
    const { data, valid } = columns[this.#sequence];
    const side = live ? LIVE : HISTORY;
    let count = 0;
    for (let row = 0; row < length; row++) {
      const key = this.#keys[numbers[row]] ?? this.#add(numbers[row], batch, row);
      key.sides |= side;
      if (valid !== null && valid[row] === 0) {
        if (notes) this.unnumbered++;
        rows[count++] = row;
        continue;
      }
      const value = data[row];
      const number = typeof value === 'bigint' ? narrowed(value) : value;
      const { tell } = this;
      const before = tell === null || !notes ? null : key.runs.look(number);
      if (before === Seen.Ahead || before === Seen.Late) this.#say(key, row, number, before);
      const seen = before ?? (notes ? key.runs.take(number) : key.runs.look(number));
      if (before !== null) key.runs.take(number);
      if (seen === Seen.Before) continue;
      if (seen === Seen.Old) {
        this.old++;
        continue;
      }
      if (seen === Seen.Unknown && notes) this.unnumbered++;
      rows[count++] = row;
    }
    return count;
  }

  #say({ text: key, runs }: Key, row: number, got: number | bigint, seen: Seen): void {
    const under = runs.stepUnder(got);
    if (seen === Seen.Ahead)
      this.tell?.({ event: 'gap', row, key, expected: runs.next, got, missing: runs.stepOver(got) });
    else if (under < 0) this.tell?.({ event: 'late', row, key, expected: runs.next, got, missing: null });
    // It was not missing, and it may show that others are.
    else if (under > 0)
      this.tell?.({ event: 'gap', row, key, expected: runs.after(got), got: runs.lowest, missing: under });
  }

  #add(number: number, { columns }: Batch, row: number): Key {
    const values = this.#by.map(at => String(valueAt(columns[at], row) ?? ''));
    const text = values.length === 0 ? null : values.join(' / ');
    return (this.#keys[number] = { text, runs: new NumberRuns(this.range), sides: 0 });
  }

  gaps(
    tell: (key: string | null, from: number | bigint, to: number | bigint, count: number) => boolean,
  ): void {
    let goesOn = true;
    for (const { text, runs } of this.#keys) {
      if (!goesOn) return;
      runs.holes((from, to, count) => (goesOn = tell(text, from, to, count)));
    }
  }

  stats(): Pick<MeetingStats, 'missing' | 'keys'> {
    const keys = this.#keys;
    const of = (sides: number): number => keys.filter(key => key.sides === sides).length;
    return {
      missing: keys.reduce((sum, { runs }) => sum + runs.missing, 0),
      keys: { both: of(HISTORY | LIVE), onlyHistory: of(HISTORY), onlyLive: of(LIVE) },
    };
  }

  bytes(): number {
    return this.#keys.reduce((sum, { runs }) => sum + runs.bytes(), this.#index.bytes());
  }

  stateRows(): number {
    return this.#keys.reduce((sum, { runs }) => sum + runs.runs, 0);
  }

  snapshot(writer: StateWriter): void {
    this.#index.snapshot(writer.section('index'));
    writer.value(
      'keys',
      this.#keys.map(({ text, runs, sides }) => ({ text, sides, runs: runs.state })),
    );
  }

  restore(reader: StateReader): void {
    this.#index.restore(reader.section('index'));
    const keys = reader.value('keys') as readonly {
      readonly text: string | null;
      readonly sides: number;
      readonly runs: SnapshotValue;
    }[];
    for (const { text, sides, runs: state } of keys) {
      const runs = new NumberRuns(this.range);
      runs.state = state;
      this.#keys.push({ text, runs, sides });
    }
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function every(rows: Int32Array, length: number): number {
  for (let row = 0; row < length; row++) rows[row] = row;
  return length;
}
