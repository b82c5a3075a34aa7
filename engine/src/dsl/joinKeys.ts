import type { JoinKey } from '../plan/joined.js';
import type { Flat } from './kinds.js';

/** The columns that two rows have under one name. */
type Shared<Left, Right> = keyof Left & keyof Right & string;

/**
 * Which columns have to be equal for two rows to meet: one name that both have, several, or left names with the right ones,
 * `{ customer: 'id' }`.
 */
export type JoinBy<Left, Right> =
  | Shared<Left, Right>
  | readonly Shared<Left, Right>[]
  | { readonly [C in keyof Left & string]?: keyof Right & string };

/** The left columns that `by` names. */
export type LeftKeys<By> = By extends string
  ? By
  : By extends readonly (infer Name)[]
    ? Name
    : By extends object
      ? keyof By
      : never;

/** The right columns that `by` names: their values are the left ones', so that a joined row does not have them. */
export type RightKeys<By> = By extends string
  ? By
  : By extends readonly (infer Name)[]
    ? Name
    : By extends object
      ? By[keyof By]
      : never;

/** The right columns as a joined row has them: without the keys, and with the suffix where the left has such a name. */
export type RightPart<Left, Right, By, Suffix extends string> = {
  [
    C in keyof Right as C extends RightKeys<By> ? never : C extends keyof Left & string ? `${C}${Suffix}` : C
  ]: Right[C];
};

/** Columns that are NULL where the other side has no row. */
export type Optional<Row> = { [C in keyof Row]: Row[C] | null };

/** A row of a join that keeps every left row: the right columns are NULL where none meets it. */
export type LeftJoined<Left, Right, By, Suffix extends string> = Flat<
  Left & Optional<RightPart<Left, Right, By, Suffix>>
>;

/** A row of a join of rows that meet. */
export type InnerJoined<Left, Right, By, Suffix extends string> = Flat<
  Left & RightPart<Left, Right, By, Suffix>
>;

/** What is put behind a right column's name that the left has as well, unless said otherwise. */
export const RIGHT_SUFFIX = '_right';
export type RightSuffix = typeof RIGHT_SUFFIX;

/** The pairs of columns that `by` names; none: every row meets every other. */
export function joinKeys(by: unknown): JoinKey[] {
  if (by === undefined || by === null) return [];
  if (typeof by === 'string') return [{ left: by, right: by }];
  if (Array.isArray(by)) return by.map((name: string) => ({ left: name, right: name }));
  return Object.entries(by as Readonly<Record<string, string>>).map(([left, right]) => ({ left, right }));
}
