import { FLOAT64, INT64, sameType, timestampType, typeName } from '../columns/types.js';
import type { DataType, Field } from '../columns/types.js';
import { SourceError } from './error.js';

/** The columns of one of several files: whether its types were inferred, so that wider ones hold its values too. */
export interface FileFields {
  readonly label: string;
  readonly fields: readonly Field[];
  readonly inferred: boolean;
  /** Columns of which the sample has no value, so that any type holds them. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * The one schema of several files: the columns of the first one, each of the type that holds the values of all. Errors `MR3712` (a column that one file
 * does not have, and none of `missing: 'null'`), `MR3713` (types that do not go together).
 */
export function oneSchema(files: readonly FileFields[], missingIsNull: boolean): readonly Field[] {
  const fields = new Map<string, { field: Field; from: FileFields }>();
  files.forEach((file, at) => {
    for (const field of file.fields) {
      const known = fields.get(field.name);
      if (known === undefined) {
        if (at > 0 && !missingIsNull) throw missing(field.name, files[0], file);
        fields.set(field.name, { field: at > 0 ? { ...field, nullable: true } : field, from: file });
      } else {
        known.field = together(known, field, file);
        if (known.from.unknown.has(field.name)) known.from = file;
      }
    }
    if (at === 0) return;
    const own = new Set(file.fields.map(({ name }) => name));
    for (const [name, known] of fields) {
      if (own.has(name)) continue;
      if (!missingIsNull) throw missing(name, file, known.from);
      known.field = { ...known.field, nullable: true };
    }
  });
  return [...fields.values()].map(({ field }) => field);
}

function together(
  known: { readonly field: Field; readonly from: FileFields },
  field: Field,
  file: FileFields,
): Field {
  const { field: before, from } = known;
  const nullable = before.nullable || field.nullable;
  const bothInferred = from.inferred && file.inferred;
  if (sameType(before.type, field.type)) return { ...before, nullable };
  if (bothInferred && file.unknown.has(field.name)) return { ...before, nullable: true };
  if (bothInferred && from.unknown.has(field.name)) return { ...field, nullable: true };
  const wider = bothInferred ? widerType(before.type, field.type) : null;
  if (wider !== null) return { name: field.name, type: wider, nullable };
  throw new SourceError(
    'MR3713',
    `column '${field.name}' is ${typeName(before.type)} in ${from.label} and ${typeName(field.type)} in ${file.label}.`,
    isTime(before.type) && isTime(field.type)
      ? 'Its unit is another one: read these files apart, each with its unit declared.'
      : 'Declare its type: { schema: schema({ … }) }, or read these files apart.',
  );
}

function isTime(type: DataType): boolean {
  return type.kind === 'timestamp';
}

/** The type that holds the values of two inferred ones; null: none but text would. */
function widerType(a: DataType, b: DataType): DataType | null {
  const kinds = new Set([a.kind, b.kind]);
  const has = (...all: DataType['kind'][]) => all.every(kind => kinds.has(kind)) && kinds.size === all.length;
  if (has('int64', 'float64')) return FLOAT64;
  if (has('int32', 'int64')) return INT64;
  if (a.kind === 'timestamp' && b.kind === 'timestamp') {
    // Text with more digits. Of integers these would be two units, which the times of the files tell.
    const units = new Set([a.unit, b.unit]);
    return units.has('us') && units.has('ns') ? timestampType('ns') : null;
  }
  return null;
}

function missing(name: string, without: FileFields, other: FileFields): SourceError {
  return new SourceError(
    'MR3712',
    `${without.label} has no column '${name}', which ${other.label} has.`,
    "Read it as NULL there: { missing: 'null' }.",
  );
}
