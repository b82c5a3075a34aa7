import type { Levels } from './chartSpecs.js';
import type { ExprOf } from './expressions.js';

/** The columns of a selection as expressions: what has them can be filtered by it. */
export type SelectionColumns<Row, Names> = {
  readonly [K in Names & keyof Row]: ExprOf<Row[K] | null>;
};

/** The selections of a spec over rows of one kind, with their columns. */
export type SelectionsOf<Row, Spec> = {
  readonly [Found in FoundIn<Spec> as Found['name']]: SelectionColumns<Row, Found['names']>;
};

/** A selection that was found in a spec: its name, and those of its columns. */
interface Found<Name extends string = string, Names = unknown> {
  readonly name: Name;
  readonly names: Names;
}

/** Each part of a spec by itself, whichever of a list it is. */
type FoundIn<Spec, Above = unknown, Left extends unknown[] = Levels> = Left extends [unknown, ...infer Rest]
  ? Spec extends unknown
    ? | FoundAt<Spec, Above & EncodingIn<Spec>>
      | (Spec extends { readonly layer: readonly (infer One)[] }
          ? FoundIn<One, Above & EncodingIn<Spec>, Rest>
          : never)
      | {
          [K in 'concat' | 'hconcat' | 'vconcat']: Spec extends Readonly<Record<K, readonly (infer One)[]>>
            ? FoundIn<One, unknown, Rest>
            : never;
        }['concat' | 'hconcat' | 'vconcat']
      | (Spec extends { readonly spec: infer Inner } ? FoundIn<Inner, unknown, Rest> : never)
    : never
  : never;

export type EncodingIn<Spec> = Spec extends { readonly encoding: infer Encoding } ? Encoding : unknown;

/** The selections that one level of a spec has itself. */
export type FoundAt<Spec, Encoding> = Spec extends { readonly params: readonly (infer Param)[] }
  ? Param extends { readonly name: infer Name extends string; readonly select: infer Select }
    ? Found<Name, NamesOf<Select, Encoding>>
    : never
  : never;

type NamesOf<Select, Encoding> = Select extends { readonly fields: readonly (infer Field)[] }
  ? Field
  : Select extends { readonly encodings: readonly (infer Channel)[] }
    ? FieldAt<Encoding, Channel>
    : FieldAt<Encoding, 'x' | 'y'>;

type FieldAt<Encoding, Channel> = {
  [K in keyof Encoding]: K extends Channel
    ? Encoding[K] extends { readonly aggregate: unknown } | { readonly timeUnit: unknown }
      ? never
      : Encoding[K] extends { readonly field: infer Field extends string }
        ? Field
        : never
    : never;
}[keyof Encoding];
