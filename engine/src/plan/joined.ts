import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { sameType, typeName, type Field } from '../columns/types.js';
import { requireColumn } from './requireColumn.js';

/** A pair of columns whose values have to be equal for rows of two inputs to meet. */
export interface JoinKey {
  readonly left: string;
  readonly right: string;
}

/** How the columns of two inputs become those of one row. */
export interface JoinColumns {
  readonly keys: readonly JoinKey[];
  /** What is put behind the name of a right column that the left has as well. */
  readonly suffix: string;
}

/** A column of the right input, and what it is called in the joined row. */
export interface RightColumn {
  readonly name: string;
  readonly as: string;
}

/**
 * The right columns that a joined row has, in their order: all but the keys, whose values are the left ones'.
 *
 * @throws MillraceError `MR2152` where two columns would have one name
 */
export function rightColumns({ keys, suffix }: JoinColumns, left: Schema, right: Schema): RightColumn[] {
  const taken = new Set(left.fields.map(({ name }) => name));
  const keyed = new Set(keys.map(key => key.right));
  const columns = right.fields
    .filter(({ name }) => !keyed.has(name))
    .map(({ name }) => ({ name, as: taken.has(name) ? `${name}${suffix}` : name }));
  for (const { as } of columns) {
    const twice = taken.has(as);
    taken.add(as);
    if (!twice) continue;
    throw new MillraceError(
      'MR2152',
      `the joined row would have two columns '${as}'.`,
      `Say what right columns get behind their names: { suffix: '_2' }, or rename one before.`,
    );
  }
  return columns;
}

/** The fields of a joined row: the left ones, then the right ones. */
export function joinedFields(
  columns: JoinColumns,
  left: Schema,
  right: Schema,
  nullable: { readonly left: boolean; readonly right: boolean },
): Field[] {
  const names = rightColumns(columns, left, right);
  const keyed = new Set(columns.keys.map(key => key.left));
  return [
    ...left.fields.map(field =>
      nullable.left && !keyed.has(field.name) ? { ...field, nullable: true } : field,
    ),
    ...names.map(({ name, as }): Field => {
      const field = right.fields[fieldIndex(right, name)];
      return { ...field, name: as, nullable: field.nullable || nullable.right };
    }),
  ];
}

/**
 * Requires that both inputs have the key columns, in the same types.
 *
 * @throws UnknownColumnError for a column that an input does not have
 * @throws MillraceError `MR2150` for types that differ
 */
export function requireJoinKeys(join: string, keys: readonly JoinKey[], left: Schema, right: Schema): void {
  for (const key of keys) {
    const [a, b] = [requireColumn(key.left, left), requireColumn(key.right, right)];
    if (sameType(a.type, b.type)) continue;
    throw new MillraceError(
      'MR2150',
      `${join}() compares '${a.name}' with '${b.name}', which are ${typeName(a.type)} and ${typeName(b.type)}.`,
      `Bring them to one type first: .derive(t => ({ ${b.name}: t.${b.name}.cast('${typeName(a.type)}') })).`,
    );
  }
}

/** The keys of a join in words: `symbol`, or `customer = id`. */
export function joinKeysText(keys: readonly JoinKey[]): string {
  return keys.map(({ left, right }) => (left === right ? left : `${left} = ${right}`)).join(', ');
}
