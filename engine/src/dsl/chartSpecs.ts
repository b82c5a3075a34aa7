import type { VegaLiteSpec } from '@millrace/protocol';

/**
 * A Vega-Lite spec without data whose `field`s, on every level of it, are columns of the row or made by one of its transforms. `Spec` is the
 * spec's own type, by which the names that its transforms make are known.
 */
export type ChartSpecOf<Row, Spec = unknown> = VegaLiteSpec & SpecOf<(keyof Row & string) | MadeIn<Spec>>;

/** A spec, or a part of a spec, over fields of these names. */
export interface SpecOf<Field extends string> {
  readonly encoding?: EncodingOf<Field>;
  readonly layer?: readonly SpecOf<Field>[] | readonly string[];
  readonly concat?: readonly SpecOf<Field>[];
  readonly hconcat?: readonly SpecOf<Field>[];
  readonly vconcat?: readonly SpecOf<Field>[];
  readonly facet?: FacetOf<Field>;
  readonly repeat?: readonly Field[] | RepeatOf<Field>;
  readonly spec?: SpecOf<Field>;
  readonly transform?: readonly TransformOf<Field>[];
  readonly [option: string]: unknown;
}

/** One column, or one along each side. */
interface FacetOf<Field extends string> extends ChannelOf<Field> {
  readonly row?: ChannelOf<Field>;
  readonly column?: ChannelOf<Field>;
}

interface RepeatOf<Field extends string> {
  readonly row?: readonly Field[];
  readonly column?: readonly Field[];
  readonly layer?: readonly Field[];
  /** A list is no such thing. */
  readonly length?: never;
}

interface EncodingOf<Field extends string> {
  readonly [channel: string]: ChannelOf<Field> | readonly ChannelOf<Field>[] | null;
}

interface ChannelOf<Field extends string> {
  readonly field?: FieldOf<Field>;
  readonly condition?: ConditionOf<Field> | readonly ConditionOf<Field>[];
  readonly [option: string]: unknown;
}

interface ConditionOf<Field extends string> {
  readonly field?: FieldOf<Field>;
  readonly [option: string]: unknown;
}

/** A field by its name, or by the place in a `repeat`. */
type FieldOf<Field extends string> = Field | { readonly repeat: 'row' | 'column' | 'repeat' | 'layer' };

interface TransformOf<Field extends string> {
  readonly groupby?: readonly Field[];
  readonly field?: Field;
  readonly fold?: readonly Field[];
  readonly flatten?: readonly Field[];
  readonly aggregate?: readonly OfField<Field>[];
  readonly joinaggregate?: readonly OfField<Field>[];
  readonly window?: readonly OfField<Field>[];
  readonly sort?: readonly OfField<Field>[];
  readonly [option: string]: unknown;
}

interface OfField<Field extends string> {
  readonly field?: Field;
  readonly [option: string]: unknown;
}

/** Levels of a spec that are looked at for names: more are no chart. */
export type Levels = [0, 0, 0, 0, 0, 0];

/** The names of the fields that a spec's transforms make, on all of its levels. */
export type MadeIn<Spec, Left extends unknown[] = Levels> = Left extends [unknown, ...infer Rest]
  ? Spec extends object
    ? | (Spec extends { readonly transform: readonly (infer One)[] } ? MadeBy<One> : never)
      | {
          [K in Part]: Spec extends Readonly<Record<K, infer Inner>>
            ? Inner extends readonly (infer One)[]
              ? MadeIn<One, Rest>
              : MadeIn<Inner, Rest>
            : never;
        }[Part]
    : never
  : never;

type Part = 'layer' | 'concat' | 'hconcat' | 'vconcat' | 'spec';

/** The names that one transform makes; any, of those whose names are in the data. */
type MadeBy<One> =
  | (One extends { readonly as: infer As } ? NamesIn<As> : Unnamed<One>)
  | {
      [K in 'aggregate' | 'joinaggregate' | 'window']: One extends Readonly<
        Record<K, readonly (infer Each)[]>
      >
        ? Each extends { readonly as: infer As extends string }
          ? As
          : never
        : never;
    }['aggregate' | 'joinaggregate' | 'window']
  | (One extends { readonly pivot: unknown } | { readonly lookup: unknown } ? string : never);

/** The end of a bin has a name of its own. */
type NamesIn<As> = As extends string
  ? As | `${As}_end`
  : As extends readonly (infer One extends string)[]
    ? One
    : never;

/** What Vega-Lite calls what has no `as`. */
type Unnamed<One> = One extends { readonly fold: unknown }
  ? 'key' | 'value'
  : One extends { readonly density: unknown }
    ? 'value' | 'density'
    : One extends { readonly quantile: unknown }
      ? 'prob' | 'value'
      : never;
