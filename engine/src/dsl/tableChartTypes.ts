import type { CHARTED } from './charts.js';
import type { Levels, MadeIn, SpecOf } from './chartSpecs.js';
import type { EncodingIn, FoundAt, SelectionColumns } from './selectionTypes.js';
import type { AnyRow } from './types.js';

/** A Vega-Lite spec whose views each have a stream or a table as `data`, or have that of a level above; each field is a column of the row that it is drawn of. */
export type TablesSpecOf<Spec> = LevelOf<Spec, never, MadeIn<Spec>, Levels>;

/** The selections of a spec over several tables, with their columns. */
export type TablesSelections<Spec> = {
  readonly [Found in TablesFoundIn<Spec, never, unknown, Levels> as Found['name']]: Found['columns'];
};

type Lists = 'layer' | 'concat' | 'hconcat' | 'vconcat';

type LevelOf<Spec, Above, Made extends string, Left extends unknown[]> = Left extends [unknown, ...infer Rest]
  ? Checked<(keyof RowsOf<Spec, TableRowAt<Spec, Above>, Rest> & string) | Made> & {
      readonly [K in keyof Spec & Lists]: PartsOf<Spec[K], TableRowAt<Spec, Above>, Made, Rest>;
    } & {
      readonly [K in keyof Spec & 'spec']: LevelOf<Spec[K], TableRowAt<Spec, Above>, Made, Rest>;
    }
  : unknown;

type PartsOf<List, Above, Made extends string, Left extends unknown[]> = {
  readonly [Index in keyof List]: LevelOf<List[Index], Above, Made, Left>;
};

/** What a level of a spec says itself. */
type Checked<Field extends string> = Pick<SpecOf<Field>, 'encoding' | 'facet' | 'repeat' | 'transform'> & {
  readonly data?: Charted<unknown> | Written;
  readonly [option: string]: unknown;
};

/** A stream or a table. */
interface Charted<Row> {
  readonly [CHARTED]?: Row;
  readonly plan: unknown;
}

/** Rows that are written in the spec. */
interface Written {
  readonly values: readonly unknown[];
}

/** The row of a level: that of its own data, or of those above it. */
type TableRowAt<Spec, Above> = Spec extends { readonly data: infer Data }
  ? Data extends Charted<infer Row>
    ? Row
    : AnyRow
  : Above;

/** The rows of the views that are laid over each other at a level: what is encoded above them is of all of them. */
type RowsOf<Spec, Row, Left extends unknown[]> = Left extends [unknown, ...infer Rest]
  ? Spec extends { readonly layer: readonly (infer One)[] }
    ? One extends unknown
      ? RowsOf<One, TableRowAt<One, Row>, Rest>
      : never
    : Row
  : Row;

/** Each part of a spec by itself, whichever of a list it is. */
type TablesFoundIn<Spec, Above, Encoding, Left extends unknown[]> = Left extends [unknown, ...infer Rest]
  ? Spec extends unknown
    ? | OfRow<FoundAt<Spec, Encoding & EncodingIn<Spec>>, TableRowAt<Spec, Above>>
      | (Spec extends { readonly layer: readonly (infer One)[] }
          ? TablesFoundIn<One, TableRowAt<Spec, Above>, Encoding & EncodingIn<Spec>, Rest>
          : never)
      | {
          [K in Exclude<Lists, 'layer'>]: Spec extends Readonly<Record<K, readonly (infer One)[]>>
            ? TablesFoundIn<One, TableRowAt<Spec, Above>, unknown, Rest>
            : never;
        }[Exclude<Lists, 'layer'>]
      | (Spec extends { readonly spec: infer Inner }
          ? TablesFoundIn<Inner, TableRowAt<Spec, Above>, unknown, Rest>
          : never)
    : never
  : never;

type OfRow<Found, Row> = Found extends {
  readonly name: infer Name extends string;
  readonly names: infer Names;
}
  ? { readonly name: Name; readonly columns: SelectionColumns<Row, Names> }
  : never;
