import type { Column } from '../columns/column.js';
import { START_OF_TIME, toEventTimes } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { RowMarks } from './arrival.js';

interface Partition {
  highest: EventTime;
  /** When something of it came last, by the receive clock. */
  heardUs: number;
}

/**
 * The watermark of rows in partitions: the least of what the partitions have reached, less the bound. A partition that has said nothing for a while is left out
 * until it speaks again; a watermark never goes back.
 */
export class PartitionMarks implements RowMarks {
  watermark: EventTime = START_OF_TIME;
  #times = new Float64Array(0);
  #marks = new Float64Array(0);

  constructor(
    private readonly unit: TimeUnit,
    private readonly boundUs: number,
    private readonly rows: PartitionRows,
  ) {}

  marks({ data }: Column, count: number): Float64Array {
    if (this.#times.length < count) {
      this.#times = new Float64Array(count);
      this.#marks = new Float64Array(count);
    }
    toEventTimes(data, this.unit, count, this.#times);
    const { rows } = this;
    for (let row = 0; row < count; row++) {
      const mark = rows.reached(row, this.#times[row]) - this.boundUs;
      if (mark > this.watermark) this.watermark = mark;
      this.#marks[row] = this.watermark;
    }
    return this.#marks;
  }
}

/** Which partition each row of a batch is of, and how far partitions have come. */
export class PartitionRows {
  readonly #partitions = new Map<number, Partition>();
  #of: (Partition | null)[] = [];
  #atUs: number[] = [];
  #least: EventTime = START_OF_TIME;
  /** What the least is to be looked for again for. */
  #leastOf: Partition | null = null;
  #lookedUs = -Infinity;

  constructor(private readonly idleUs: number) {}

  /** From here on these are read. Those that are new hold the others until they speak, or have been silent for long enough. */
  assign(partitions: readonly number[], atUs: number): void {
    for (const known of [...this.#partitions.keys()])
      if (!partitions.includes(known)) this.#partitions.delete(known);
    for (const partition of partitions) this.#know(partition, atUs);
    this.#leastOf = null;
  }

  /** A row of the batch is of a partition. */
  add(row: number, partition: number, atUs: number): void {
    this.#of[row] = this.#know(partition, atUs);
    this.#atUs[row] = atUs;
  }

  /** How far all partitions have come with a row of the batch. */
  reached(row: number, time: EventTime): EventTime {
    const partition = this.#of[row];
    const atUs = this.#atUs[row];
    if (partition === null || partition === undefined) return time;
    const before = partition.highest;
    partition.heardUs = Math.max(partition.heardUs, atUs);
    if (time > before) partition.highest = time;
    const isOld = atUs - this.#lookedUs > this.idleUs / 4;
    if (this.#leastOf === null || this.#leastOf === partition || before < this.#least || isOld)
      this.#look(atUs);
    return this.#least;
  }

  #know(partition: number, atUs: number): Partition {
    let known = this.#partitions.get(partition);
    if (known === undefined) {
      this.#partitions.set(partition, (known = { highest: START_OF_TIME, heardUs: atUs }));
      this.#leastOf = null;
    }
    return known;
  }

  #look(atUs: number): void {
    this.#lookedUs = atUs;
    let least: Partition | null = null;
    for (const partition of this.#partitions.values()) {
      if (atUs - partition.heardUs > this.idleUs) continue;
      if (least === null || partition.highest < least.highest) least = partition;
    }
    this.#leastOf = least;
    this.#least = least?.highest ?? START_OF_TIME;
  }
}
