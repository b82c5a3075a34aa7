import type { OrderBookNode } from '../plan/nodes/orderBook.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalOperator } from './physical.js';

/** Keeps order books and tells how their best levels change. */
export interface PhysicalOrderBook {
  readonly depth: number;
  /** The event-time column. */
  readonly time: string;
  /** Whether values that are replaced are told. */
  readonly form: 'retract' | 'upsert';
}

/** The operator of an order-book node. */
export function planOrderBook(
  { depth }: OrderBookNode,
  input: Relation,
  output: Relation,
  upsert: boolean,
): PhysicalOperator {
  const form = upsert ? 'upsert' : 'retract';
  return {
    op: 'orderBook',
    input: input.schema,
    output: output.schema,
    depth,
    time: output.time as string,
    form,
  };
}

/** In one line. */
export function orderBookOperatorText({ depth, form }: PhysicalOrderBook): string {
  return `order books of ${depth} ${depth === 1 ? 'level' : 'levels'}, each message told (${form})`;
}
