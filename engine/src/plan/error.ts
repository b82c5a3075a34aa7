import { MillraceError } from '../columns/error.js';
import type { PlanNode } from './plan.js';

/** A mistake in a plan, at one of its nodes. */
export class PlanError extends MillraceError {
  override readonly name: string = 'PlanError';

  constructor(
    code: string,
    message: string,
    hint: string | null,
    /** The node at fault. */
    readonly node: PlanNode,
  ) {
    super(code, message, hint, null);
  }
}
