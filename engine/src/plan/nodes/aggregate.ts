import type { AggregateCall } from '../../expr/ast.js';
import type { EmitSpec, FillSpec } from '../../windows/emission.js';
import type { PlanNode } from '../plan.js';

/** A window as plain data: a name of the window registry and its parameters, durations in microseconds. */
export interface WindowSpec {
  readonly type: string;
  readonly parameters: Readonly<Record<string, number | string>>;
}

/**
 * Groups rows by key columns, and by window where there is one, and keeps one row a group. With a window the output has
 * `windowStart`, `windowEnd`, `windowTime` after the keys, and its key is the group keys with `windowEnd`.
 */
export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly input: PlanNode;
  readonly keys: readonly string[];
  readonly window: WindowSpec | null;
  readonly allowedLatenessUs: number;
  /** Absent: with every change. */
  readonly emit?: EmitSpec;
  /** Absent: empty windows have no rows. */
  readonly fill?: FillSpec;
  /** Groups (without a window) that no row has come to for so long, by the watermark, are forgotten. Absent: never. */
  readonly ttlUs?: number;
  readonly columns: readonly { readonly name: string; readonly call: AggregateCall }[];
}
