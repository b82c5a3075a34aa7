import { setOperationNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { CollectionKind } from './displayable.js';
import { collectionOver } from './make.js';
import { made } from './origin.js';

/** What `intersect` and `except` take beside the other rows. */
export interface SetOptions {
  /** Whether equal rows count (false: each row comes once). */
  readonly all?: boolean;
}

interface Input {
  readonly plan: PlanNode;
  readonly kind: CollectionKind;
}

/** The collection of `intersect` or `except`. */
export function setOperation(
  first: Input,
  second: Input,
  keeps: 'intersect' | 'except',
  { all = false }: SetOptions,
): unknown {
  const bounded = first.kind === 'Table' && second.kind === 'Table';
  const node = made(setOperationNode({ inputs: [first.plan, second.plan], keeps, all, bounded }));
  return collectionOver(bounded ? 'Table' : 'StreamTable', node);
}
