import type { Batch } from '../columns/batch.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { Emitter, Operator } from '../operators/operator.js';
import type { SnapshotValue } from '../operators/snapshot.js';
import type { PhysicalPlan } from '../physical/physical.js';

/** Batches of so many rows are all timed; of smaller ones one in so many, which then stands for the others. */
const TIMED_ROWS = 256;
const TIMED_ONE_IN = 16;

/** What has been counted of an operator. */
export interface OperatorMeter {
  rowsIn: number;
  rowsOut: number;
  /** Milliseconds spent in it, without what reads its output; by samples. */
  ms: number;
  /** Of what it has put out. */
  watermark: EventTime;
  /** Of what has come in at each port. */
  readonly ports: EventTime[];
}

/** What has been counted of a source's rows as they enter a query. */
export interface SourceMeter {
  rows: number;
  watermark: EventTime;
  /** The highest watermark but for the end of time. */
  highest: EventTime;
  idle: boolean;
}

/** Counts rows, watermarks and time of a pipeline's operators. Costs a few additions a batch. */
export class PipelineMeter {
  readonly operators: readonly OperatorMeter[];
  readonly sources: readonly SourceMeter[];
  #batches = 0;
  /** How much a measured millisecond counts in the batch under way; 0: it is not timed. */
  #weight = 0;
  /** The time that operators below the one that runs have taken, since it began. */
  #below = 0;

  constructor(
    plan: PhysicalPlan,
    readonly now: () => number,
  ) {
    this.operators = plan.operators.map(({ inputs }) => ({
      rowsIn: 0,
      rowsOut: 0,
      ms: 0,
      watermark: START_OF_TIME,
      ports: inputs.map(() => START_OF_TIME),
    }));
    this.sources = plan.sources.map(() => ({
      rows: 0,
      watermark: START_OF_TIME,
      highest: START_OF_TIME,
      idle: false,
    }));
  }

  /** Takes over another one's counts. */
  countOn({ operators, sources }: Pick<PipelineMeter, 'operators' | 'sources'>): void {
    operators.forEach((each, at) => Object.assign(this.operators[at], each));
    sources.forEach((each, at) => Object.assign(this.sources[at], each));
  }

  /** All counts, for a snapshot. */
  counts(): SnapshotValue {
    return {
      operators: this.operators.map(each => ({ ...each })),
      sources: this.sources.map(each => ({ ...each })),
    };
  }

  /** Takes in what `counts` gave. */
  takeCounts(counts: SnapshotValue): void {
    this.countOn(counts as unknown as Pick<PipelineMeter, 'operators' | 'sources'>);
  }

  /** A batch of a source goes in. */
  begin(source: number, batch: Batch): void {
    const meter = this.sources[source];
    meter.rows += batch.length;
    if (batch.watermark > meter.watermark) meter.watermark = batch.watermark;
    if (batch.watermark < END_OF_TIME && batch.watermark > meter.highest) meter.highest = batch.watermark;
    if (batch.length >= TIMED_ROWS) this.#weight = 1;
    else this.#weight = this.#batches++ % TIMED_ONE_IN === 0 ? TIMED_ONE_IN : 0;
  }

  /** Lets an operator take a batch in. */
  process(operator: Operator, meter: OperatorMeter, port: number, batch: Batch, out: Emitter): void {
    meter.rowsIn += batch.length;
    if (batch.watermark > meter.ports[port]) meter.ports[port] = batch.watermark;
    if (this.#weight === 0) {
      operator.process(port, batch, out);
      return;
    }
    const outer = this.#below;
    this.#below = 0;
    const from = this.now();
    operator.process(port, batch, out);
    const taken = this.now() - from;
    meter.ms += (taken - this.#below) * this.#weight;
    this.#below = outer + taken;
  }
}
