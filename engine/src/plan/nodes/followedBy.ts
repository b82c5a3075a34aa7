import type { PlanNode } from '../plan.js';

/**
 * History, then live rows: all rows of the first input, and then those of the second that the first has not had. Columns are brought together by
 * name, as of a union.
 */
export interface FollowedByNode {
  readonly kind: 'followedBy';
  /** History and what follows it. */
  readonly inputs: readonly [PlanNode, PlanNode];
  /** What is numbered, or named, on its own. */
  readonly by: readonly string[];
  readonly identity: FollowedByIdentity;
  /** Rows of the second input that wait for the end of the first may hold so many bytes. */
  readonly maxBufferBytes: number;
  /** What it puts out: the rows, or what there is to say about how they meet. */
  readonly tells: 'rows' | 'events';
}

/** What says that two rows are one. */
export type FollowedByIdentity =
  | {
      /** A column of whole numbers that go up by one: which are missing is known. */
      readonly sequence: string;
      /** Where numbers begin anew after `last`: the first one, and the last; null: they do not. */
      readonly first: number;
      readonly last: number | null;
    }
  | {
      /** Columns of any values, of which the last so many are remembered. */
      readonly id: readonly string[];
      readonly remember: number;
    };
