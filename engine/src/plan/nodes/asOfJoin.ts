import type { JoinKey } from '../joined.js';
import type { PlanNode } from '../plan.js';

/** Which right row a left row meets: the last one before it, the first one after it, or the one that is less far away. */
export type AsOfDirection = 'backward' | 'forward' | 'nearest';

/**
 * Each left row with the right row of its key that was in force at its event time. Rows are compared by event time, in whatever units; among right rows of
 * one time the last in order is taken, and the first one where the join looks forward.
 */
export interface AsOfJoinNode {
  readonly kind: 'asOfJoin';
  readonly inputs: readonly [PlanNode, PlanNode];
  /** The columns that have to be equal; none: every row may meet every other. */
  readonly keys: readonly JoinKey[];
  readonly direction: AsOfDirection;
  /** How far apart two rows may be, in microseconds, both ends included; null: any distance. */
  readonly toleranceUs: number | null;
  /** Whether rows of equal times meet. */
  readonly exact: boolean;
  /** What is put behind the name of a right column that the left has as well. */
  readonly suffix: string;
  /** What the right row's time is called in the result; null: it is left out. */
  readonly rightTime: string | null;
  /** Whether left rows that meet none are there as well, their right columns NULL. */
  readonly how: 'left' | 'inner';
  /** Whether a row comes once, when its match is certain, or at once and again whenever its match changes. */
  readonly emit: 'close' | 'change';
  /** Whether the right rows are versions of their keys, which end when they are taken away. */
  readonly versions: boolean;
}
