import type { Field } from '../columns/types.js';

/** What `sample` tells. */
export interface PlanSample {
  readonly fields: readonly Field[];
  readonly time: string | null;
  readonly key: readonly string[] | null;
  /** The sources below, with the paths of those that are files. */
  readonly sources: readonly {
    readonly name: string;
    readonly connector: string;
    readonly path: string | null;
  }[];
  /** Values as text, cut where they are long, by columns: of the last rows of a query that runs, or of the first ones of a source; null: there are none. */
  readonly rows: {
    readonly which: 'first' | 'last';
    readonly columns: readonly (readonly (string | null)[])[];
  } | null;
}
