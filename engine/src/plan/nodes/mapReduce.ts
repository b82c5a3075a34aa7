import type { Field } from '../../columns/types.js';
import type { PlanNode } from '../plan.js';

/** How values of one key are brought together by the engine itself. */
export type CombineName = 'sum' | 'min' | 'max' | 'count';

/**
 * The rows of a bounded input mapped to pairs of a key and a value, which are brought together by key and reduced to a row each. Functions are
 * source texts that refer to nothing outside. The rows come out in order of the keys.
 */
export interface MapReduceNode {
  readonly kind: 'mapReduce';
  readonly input: PlanNode;
  readonly map:
    | {
        /** A function of a row that gives a list of pairs. */
        readonly form: 'rows';
        readonly fn: string;
        /** The columns that it looks at; null: it may be all. */
        readonly reads: readonly string[] | null;
      }
    | {
        /** One pair a row: two columns of the input. */
        readonly form: 'columns';
        readonly key: string;
        readonly value: string;
      };
  /** What makes one value of two; null: values are kept one by one. */
  readonly combine: CombineName | { readonly fn: string } | null;
  /** A function of a key and its values that gives a row, or null for none; null: the key and the combined value are the row. */
  readonly reduce: string | null;
  readonly partitions: number;
  readonly returns: readonly Field[];
}
