import type { ViewDescription } from '@millrace/protocol';
import type { PlanNode } from '../plan/plan.js';

/** The method by which a stream, table or chart says what a cell's output shows for it. Shared by name across copies of the package. */
export const DISPLAYABLE: unique symbol = Symbol.for('millrace.displayable') as never;

/** Which of the three collections a value is. */
export type CollectionKind = 'Stream' | 'StreamTable' | 'Table';

/** What a notebook shows for a value: a view of a plan's result. */
export interface Displayed {
  readonly plan: PlanNode;
  readonly view: ViewDescription;
  /** Null for a chart, which shows a collection but is none. */
  readonly collection: CollectionKind | null;
}

export interface Displayable {
  [DISPLAYABLE](): Displayed;
}

/** Whether a value can be shown as a live view. */
export function isDisplayable(value: unknown): value is Displayable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Displayable>)[DISPLAYABLE] === 'function'
  );
}
