import type { Batch } from '../columns/batch.js';

/** Where an operator's output goes. The batch is lent: it is used up, or copied, before the call returns. */
export type Emitter = (batch: Batch) => void;

/** What an operator counts while it runs. */
export interface OperatorCounters {
  /** Rows dropped because their windows were final. */
  late: number;
  /** Rows dropped because their event time is NULL. */
  untimed: number;
}

/**
 * A running operator. `process` is never asynchronous: asynchrony lives in sources and sinks. A batch without rows
 * carries a watermark alone, and every call emits one batch at least, so that watermarks arrive everywhere.
 */
export interface Operator {
  process(port: number, batch: Batch, out: Emitter): void;
  readonly counters: OperatorCounters;
  /** Bytes of state held, roughly. */
  bytes(): number;
}
