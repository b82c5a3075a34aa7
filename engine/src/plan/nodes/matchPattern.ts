import type { Expr } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/** A pattern of rows, each of which has a label: a regular expression over labels. */
export type PatternTerm =
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTerm[] }
  /** One of them; earlier ones are preferred. */
  | { readonly kind: 'either'; readonly options: readonly PatternTerm[] }
  /** All of them, in any order; orders that begin with earlier ones are preferred. */
  | { readonly kind: 'permute'; readonly parts: readonly PatternTerm[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternTerm;
      readonly least: number;
      /** Null: as often as it goes. */
      readonly most: number | null;
      /** Whether fewer repetitions are preferred. */
      readonly reluctant: boolean;
    };

export type PatternFunction = 'first' | 'last' | 'count' | 'sum' | 'avg' | 'min' | 'max';

/**
 * A value of the rows that have been matched so far, the current one included: conditions and measures read it as a column of this name.
 *
 * `first` and `last`: of the row `offset` rows behind the first one, or before the last one, that have one of the labels.
 */
export interface PatternReference {
  readonly name: string;
  readonly fn: PatternFunction;
  /** Null: all rows of the match. */
  readonly labels: readonly string[] | null;
  /** Over the input's columns; null: `count` of rows. */
  readonly arg: Expr | null;
  readonly offset: number;
}

/** Where matching goes on after a match. */
export type AfterMatch =
  | { readonly to: 'pastLastRow' }
  | { readonly to: 'nextRow' }
  | { readonly to: 'first'; readonly label: string }
  | { readonly to: 'last'; readonly label: string };

/** Rows of each key that follow each other as a pattern says, in event order: one row out for each match. */
export interface MatchPatternNode {
  readonly kind: 'matchPattern';
  readonly input: PlanNode;
  readonly keys: readonly string[];
  readonly pattern: PatternTerm;
  /** What a row has to hold to have a label, over the input's columns and the references; labels without one fit any row. */
  readonly define: readonly { readonly label: string; readonly condition: Expr }[];
  readonly references: readonly PatternReference[];
  /** Over the references, as they are at the last row of the match. */
  readonly measures: readonly { readonly name: string; readonly expr: Expr }[];
  /** The last row of a match is less than this behind its first one, in event time; null: any time. */
  readonly withinUs: number | null;
  readonly afterMatch: AfterMatch;
}
