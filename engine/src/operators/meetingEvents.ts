import { toEventTimes, type EventTime } from '../columns/time.js';
import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import { Dictionary } from '../columns/dictionary.js';
import { wideValue } from '../columns/column.js';
import { OutputBuffer, type OutputColumn } from './output.js';
import type { MeetingEvent } from './rowMeeting.js';

const EVENTS = new Dictionary(['met', 'gap', 'late']);
const MOST = 2n ** 63n - 1n;

/** What is told about how history and live rows meet, as rows. */
export class MeetingEvents {
  readonly #out: OutputBuffer;
  readonly #waiting: MeetingEvent[] = [];
  #times = new Float64Array(0);

  constructor(
    schema: Schema,
    readonly time: { readonly column: number; readonly unit: TimeUnit } | null,
  ) {
    this.#out = new OutputBuffer(schema);
    this.#out.columns[1].dictionary = EVENTS;
  }

  /** Notes what a row of the batch under way tells. */
  readonly note = (event: MeetingEvent): void => {
    this.#waiting.push(event);
  };

  begin(): void {
    this.#out.reset();
    this.#out.columns[2].makeDictionary();
    this.#out.columns[6].makeDictionary();
  }

  /** Adds what the rows of a batch have told, each at its row's time. */
  addNoted({ columns, length }: Batch): void {
    if (this.#waiting.length === 0) return;
    const { time } = this;
    if (time !== null) {
      if (this.#times.length < length) this.#times = new Float64Array(length * 2);
      toEventTimes(columns[time.column].data, time.unit, length, this.#times);
    }
    const valid = time === null ? null : columns[time.column].valid;
    for (const event of this.#waiting) {
      const { row } = event;
      const isTimed = time !== null && (valid === null || valid[row] === 1);
      this.add(event, isTimed ? this.#times[row] : null, null);
    }
    this.#waiting.length = 0;
  }

  add(
    event: Omit<MeetingEvent, 'event' | 'row'> & { readonly event: string },
    at: EventTime | null,
    reason: string | null,
  ): void {
    const row = this.#out.reserve(1);
    const { columns } = this.#out;
    setInteger(columns[0], row, at !== null && Number.isFinite(at) ? Math.floor(at) : null);
    columns[1].data[row] = EVENTS.codeOf(event.event);
    setText(columns[2], row, event.key);
    setInteger(columns[3], row, event.event === 'met' ? null : event.expected);
    setInteger(columns[4], row, event.got);
    setInteger(columns[5], row, event.missing);
    setText(columns[6], row, reason);
  }

  /** What has been added, all under one mark. */
  batch(before: EventTime, watermark: EventTime): Batch {
    const { length } = this.#out;
    this.#out.marks.fill(before, 0, length);
    const batch = this.#out.batch(watermark, false);
    return length === 0 ? { ...batch, columns: [], marks: null } : batch;
  }
}

function setText(column: OutputColumn, row: number, value: string | null): void {
  column.valid[row] = value === null ? 0 : 1;
  column.data[row] = value === null ? 0 : (column.dictionary as Dictionary).intern(value);
}

function setInteger(column: OutputColumn, row: number, value: number | bigint | null): void {
  column.valid[row] = value === null ? 0 : 1;
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) column.widen(row);
  const set = value ?? 0;
  if (column.isWide) (column.data as BigInt64Array)[row] = clamp(wideValue(set));
  else column.data[row] = Number(set);
}

function clamp(value: bigint): bigint {
  return value > MOST ? MOST : value < -MOST ? -MOST : value;
}
