import { MillraceError } from '../columns/error.js';
import { lookupJoinNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { CollectionKind } from './displayable.js';
import { joinKeys, RIGHT_SUFFIX } from './joinKeys.js';
import { made } from './origin.js';

/** What `lookupJoin` takes beside the other rows. */
export interface LookupOptions<By, How extends 'left' | 'inner', Suffix extends string> {
  /** The columns that have to be equal: `'symbol'`, several, or `{ customer: 'id' }`. */
  readonly by: By;
  /** `'left'` (as unless said otherwise): a row that meets none comes with NULLs; `'inner'`: it does not come. */
  readonly how?: How;
  /** What is put behind a right column's name that the left has as well (`'_right'`). */
  readonly suffix?: Suffix;
}

/** The plan of `lookupJoin`. */
export function lookupJoinPlan(
  left: PlanNode,
  right: { readonly plan: PlanNode; readonly kind: CollectionKind },
  options: { readonly by: unknown; readonly how?: 'left' | 'inner'; readonly suffix?: string },
): PlanNode {
  const { by, how = 'left', suffix = RIGHT_SUFFIX } = options;
  const keys = joinKeys(by);
  if (keys.length === 0) {
    throw new MillraceError(
      'MR2173',
      'lookupJoin() has to know the columns that are looked up.',
      "Say them: { by: 'symbol' } or { by: { customer: 'id' } }.",
    );
  }
  const inputs = [left, right.plan] as const;
  return made(lookupJoinNode({ inputs, how, keys, suffix, waits: right.kind === 'Table' }));
}
