import { canonicalJson } from '../plan/hash.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { Retention } from '../plan/nodes/keep.js';
import { passedAs, type Passing } from '../plan/passed.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalForm, PhysicalInput, PhysicalTable } from './physical.js';

/** What is known of a node's rows beside its relation. */
export interface Traits {
  /** Where its rows come from in the physical plan. */
  readonly at: PhysicalInput;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
  readonly window: PhysicalTable['window'];
  readonly retention: Retention | null;
}

/** What the reader of a node asks of it. */
export interface Wanted {
  /** Whether only the end of a finite input is looked at: windows may come once, when final, and groups at the end. */
  readonly closing?: boolean;
  /** Whether windows are wanted once, when final. */
  readonly final: boolean;
  /** Whether changes may come without the values that they replace. */
  readonly upsert: boolean;
}

/**
 * Whether an aggregate gives the same rows if it gives each once, at the end of its window or of the input. Filled windows are told
 * as they close.
 */
export function closesOnce({ window, fill, ttlUs }: AggregateNode): boolean {
  return window === null ? ttlUs === undefined : fill === undefined;
}

/** Rows of windows that change keep their marks, which say to their table whether they came late; other changes are versions. */
export function carriesMarks(
  { mode, time }: Relation,
  window: PhysicalTable['window'],
): { carried?: boolean } {
  return mode === 'retract' && time !== null && window === null ? { carried: true } : {};
}

/** How an operator that keeps one row of each key tells it. */
export function formOf({ closing, upsert }: Wanted): PhysicalForm {
  if (closing === true) return 'final';
  return upsert ? 'upsert' : 'retract';
}

/** What all have in common, or null. */
export function common<Trait>(traits: readonly (Trait | null)[]): Trait | null {
  const texts = new Set(traits.map(trait => canonicalJson(trait)));
  return texts.size === 1 ? traits[0] : null;
}

/** What is known of windows behind a projection: nothing where a column that says so is left out. */
export function passedWindow(columns: Passing, window: PhysicalTable['window']): PhysicalTable['window'] {
  if (window === null) return null;
  const end = passedAs(columns, window.end);
  const complete = window.complete === null ? null : passedAs(columns, window.complete);
  if (end === null || (window.complete !== null && complete === null)) return null;
  return { ...window, end, complete };
}
