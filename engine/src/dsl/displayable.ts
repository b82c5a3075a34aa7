import type { InputSpec, InputValue, ViewDescription } from '@millrace/protocol';
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
  /** Of a chart over several collections the plans of all but the first. */
  readonly others?: readonly PlanNode[];
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

/** The method by which an input says what a cell's output shows for it, and by which text with live values does. */
export const SHOWN_INPUT: unique symbol = Symbol.for('millrace.input') as never;
export const SHOWN_PROSE: unique symbol = Symbol.for('millrace.prose') as never;

export const SHOWN_LAYOUT: unique symbol = Symbol.for('millrace.layout') as never;

/** What a notebook shows for a layout: each of its views as that itself would be shown. */
export interface DisplayedLayout {
  readonly direction: 'row' | 'column';
  readonly views: readonly unknown[];
}

/** What a notebook shows for an input. */
export interface DisplayedInput {
  /** The plan parameter. */
  readonly name: string;
  readonly spec: InputSpec;
  readonly value: InputValue;
}

/** What a notebook shows for a piece of text with live values: Markdown, and values in it. */
export type DisplayedPart =
  | { readonly kind: 'markdown'; readonly text: string }
  /** A value as it was when the text was made, or when it resolves. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** The one column of a table, of its last row; `empty` is what it is of no rows. */
  | { readonly kind: 'table'; readonly plan: PlanNode; readonly empty: string }
  | { readonly kind: 'input'; readonly shown: () => DisplayedInput };
