import type { Batch } from '../columns/batch.js';
import type { Column, Lane } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { StateReader, StateWriter } from '../operators/snapshot.js';

/** Writes rows to a snapshot. */
export function writeBatch(writer: StateWriter, batch: Batch): void {
  const { length, columns, kinds, marks, places, watermark } = batch;
  writer.value('rows', length);
  writer.value('watermark', watermark);
  if (kinds !== null) writer.lane('kinds', kinds, length);
  if (marks !== null) writer.lane('marks', marks, length);
  if (places !== undefined) writer.lane('places', places, length);
  columns.forEach(({ data, valid, dictionary }, k) => {
    const section = writer.section(`column ${k}`);
    section.lane('data', data, length);
    if (valid !== null) section.lane('valid', valid, length);
    if (dictionary !== null) section.dictionary('dictionary', dictionary);
  });
}

/** Reads what `writeBatch` wrote. */
export function readBatch(reader: StateReader, schema: Schema): Batch {
  const lane = (name: string): Lane | null => (reader.has(name) ? reader.lane(name) : null);
  return {
    schema,
    length: reader.value('rows') as number,
    columns: schema.fields.map(({ type }, k): Column => {
      const section = reader.section(`column ${k}`);
      return {
        type,
        data: section.lane('data'),
        valid: section.has('valid') ? (section.lane('valid') as Uint8Array) : null,
        dictionary: section.has('dictionary') ? section.dictionary('dictionary') : null,
      };
    }),
    kinds: lane('kinds') as Uint8Array | null,
    marks: lane('marks') as Float64Array | null,
    ...(reader.has('places') ? { places: reader.lane('places') as Float64Array } : {}),
    watermark: reader.value('watermark') as number,
  };
}
