import { isJsonMetadata } from '../../codecs/arrowJson.js';
import { arrowType } from '../../codecs/arrowType.js';
import type { ArrowFieldDescription } from '../../codecs/arrowType.js';
import type { ArrowType } from '../../codecs/arrowVector.js';
import type { Batch } from '../../columns/batch.js';
import type { BatchBuilder } from '../../columns/builder.js';
import { START_OF_TIME } from '../../columns/time.js';
import { JSON_TYPE, sameType, timestampType, typeName } from '../../columns/types.js';
import type { DataType, Field } from '../../columns/types.js';
import { addReject } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { noColumn } from '../../sources/eventTime.js';
import type { MarkMaker } from '../../sources/marks.js';
import { epochUnit } from '../../sources/observer.js';
import type { SourceCounters } from '../../sources/source.js';

/** A field as the library reads it from a schema. */
export interface ArrowSchemaField extends ArrowFieldDescription {
  readonly nullable: boolean;
  readonly metadata: Iterable<readonly [string, string]> | null;
}

/** A column of a file that says its own types: Parquet, Arrow. A type of null cannot be read. */
export interface TypedColumn {
  readonly name: string;
  readonly type: ArrowType | null;
  readonly nullable: boolean;
}

/** A column from the field of an Arrow schema. Text that the field's metadata name JSON is a column of JSON. */
export function typedColumn({ name, type, nullable, metadata }: ArrowSchemaField): TypedColumn {
  const own = arrowType(type);
  const isJson = own?.type.kind === 'string' && isJsonMetadata(metadata);
  return { name, type: isJson ? { ...own, type: JSON_TYPE } : own, nullable };
}

/** All columns that can be read; those that cannot, and those that become another type, are noted. */
export function fieldsOf(columns: readonly TypedColumn[], notes: string[]): Field[] {
  const fields: Field[] = [];
  for (const { name, type, nullable } of columns) {
    if (type === null) {
      notes.push(`${name}: left out, since its type is not supported`);
      continue;
    }
    if (type.note !== null) notes.push(`${name}: ${type.note}`);
    fields.push({ name, type: type.type, nullable });
  }
  return fields;
}

/** A field as it was declared, after it was seen that the file has it. Errors `MR3102` (no such column), `MR3206` (another type). */
export function declaredField(label: string, field: Field, columns: readonly TypedColumn[]): Field {
  const column = columns.find(each => each.name === field.name);
  if (column === undefined)
    throw noColumn(
      label,
      field.name,
      columns.map(each => each.name),
    );
  const own = column.type?.type ?? null;
  const fits = own !== null && (sameType(own, field.type) || standsFor(own, field.type));
  if (!fits) {
    throw new SourceError(
      'MR3206',
      `column '${field.name}' of ${label} is ${own === null ? 'of a type that is not supported' : typeName(own)}, not ${typeName(field.type)}.`,
      'Declare it as it is in the file, and cast it later.',
    );
  }
  return field;
}

/** Whether a column can be read as another type without a cast: integers as ticks, text as JSON. */
function standsFor(own: DataType, declared: DataType): boolean {
  if (own.kind === 'string') return declared.kind === 'json';
  return own.kind === 'int64' && (declared.kind === 'timestamp' || declared.kind === 'duration');
}

/** The event-time column where the file has plain integers, of which `sample` has the first: their size tells the unit. */
export function epochField(field: Field, sample: BatchBuilder, notes: string[]): Field {
  let lowest = Infinity;
  let highest = -Infinity;
  const { data } = sample.columns[0].column();
  for (let i = 0; i < sample.length; i++) {
    const value = Number(data[i]);
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const unit = epochUnit(lowest, highest);
  if (unit === null) return field;
  notes.push(`${field.name}: integers read as ${typeName(timestampType(unit))}, by their size`);
  return { ...field, type: timestampType(unit) };
}

/** Rejects the rows from `from` on that have NULL in a column that must have none (the event time, or as declared). */
export function leaveOutNulls(builder: BatchBuilder, from: number, counters: SourceCounters): void {
  const { fields } = builder.schema;
  const strict = builder.columns.filter((column, i) => column.hasNull && !fields[i].nullable);
  if (strict.length === 0) return;
  let to = from;
  for (let row = from; row < builder.length; row++) {
    const missing = strict.find(column => column.valid[row] === 0);
    if (missing !== undefined) {
      const { name } = fields[builder.columns.indexOf(missing)];
      const position = counters.rows + counters.rejected + to + 1;
      addReject(counters, position, `column '${name}' has no value, and is not nullable`, '');
      continue;
    }
    if (to !== row) for (const column of builder.columns) column.move(row, to);
    to++;
  }
  builder.length = to;
}

/** What a reader has built, with the mark of each row where the rows have a time. */
export function markedBatch(
  builder: BatchBuilder,
  time: { readonly index: number } | null,
  marks: MarkMaker | null,
): Batch {
  if (marks === null || time === null) return builder.batch(null, START_OF_TIME);
  const of = marks.marks(builder.columns[time.index].column(), builder.length);
  return builder.batch(of, marks.watermark);
}
