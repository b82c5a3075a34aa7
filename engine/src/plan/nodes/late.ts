import type { AggregateNode } from './aggregate.js';

/** The rows that a windowed aggregate drops because they come too late, as they came: an append-only stream. */
export interface LateNode {
  readonly kind: 'late';
  readonly input: AggregateNode;
}
