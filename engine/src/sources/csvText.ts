import { CsvDecoder } from '../codecs/csvDecoder.js';
import { withPoint } from '../codecs/csvField.js';
import type { CsvFormat } from '../codecs/csvFormat.js';
import { CsvRowSplitter } from '../codecs/csvRow.js';
import { STRING, timestampType } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import { csvFormat, firstLine } from './csvOptions.js';
import { SourceError } from './error.js';
import { noColumn } from './eventTime.js';
import { SAMPLE_ROWS } from './lineFormat.js';
import type { InspectedText } from './lineFormat.js';
import { ColumnObserver } from './observer.js';
import { booleanOption, textsOption } from './options.js';
import type { SourceRequest } from './source.js';

/**
 * Looks at the beginning of a CSV text. Options: `header` (true; false where `columns` are given), `columns` (names, in place of the header's), `skip` (lines before it: 0),
 * `delimiter` (found in the first line), `quote` (`"`; an empty text: none), `comment` (none), `decimal` (`.`), `nulls` (texts that mean
 * NULL: by default NA, N/A, NULL, null in columns that are not strings), `maxLineBytes` (1 MB).
 *
 * A declared schema is matched to the header by name, and by place where there is no header; columns that it does not name are
 * left out.
 */
export function inspectCsv(
  label: string,
  sample: Uint8Array,
  length: number,
  complete: boolean,
  request: SourceRequest,
): InspectedText {
  const { options } = request;
  const { start, lines } = firstLine(options, sample, length);
  const notes: string[] = [];
  const format = csvFormat(options, sample, start, length, notes);
  const given = textsOption(options, 'columns', []);
  const hasHeader = booleanOption(options, 'header', given.length === 0);
  if (start === length && (request.fields === null || hasHeader)) {
    throw new SourceError('MR3104', `${label} is empty.`, 'A CSV begins with a line of column names.');
  }
  const splitter = new CsvRowSplitter(format);
  const first = splitter.split(sample, start, length, complete);
  if (first < 0 && start < length) {
    throw new SourceError(
      'MR3105',
      `the first line of ${label} does not end within ${length} bytes.`,
      'Is it a CSV file?',
    );
  }
  const headerRow = Array.from({ length: start === length ? 0 : splitter.count }, (_, i) =>
    splitter.field(i),
  );
  const names = namesOf(label, headerRow, hasHeader, given, request.fields);
  if (!hasHeader) notes.push('no header');
  const rowsFrom = hasHeader ? first : start;
  const fields =
    request.fields ?? inferFields(names, sample, rowsFrom, length, complete, format, request, notes);
  const mapping = mappingOf(label, names, hasHeader || given.length > 0, fields, notes);
  const line = 1 + lines + (hasHeader ? splitter.lines : 0);
  return {
    fields,
    inferred: request.fields === null,
    notes,
    start: rowsFrom,
    decoder: (schema, reject) => new CsvDecoder(schema, mapping, format, reject, line),
  };
}

/** The names of the columns: as given, by the header, as declared by place, or numbered. */
function namesOf(
  label: string,
  firstRow: readonly string[],
  hasHeader: boolean,
  given: readonly string[],
  declared: readonly Field[] | null,
): string[] {
  if (given.length === 0) {
    if (hasHeader) return uniqueNames(firstRow);
    return firstRow.map((_, i) => declared?.[i]?.name ?? `column${i + 1}`);
  }
  if (new Set(given).size < given.length || (firstRow.length > 0 && firstRow.length !== given.length)) {
    throw new SourceError(
      'MR3107',
      `a line of ${label} has ${firstRow.length} fields, and ${new Set(given).size} different columns are named.`,
      'Name one column for each field.',
    );
  }
  return [...given];
}

/** The names of a header: empty ones and repeated ones get a number. */
function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((text, i) => {
    const base = text.trim() === '' ? `column${i + 1}` : text.trim();
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
    taken.add(name);
    return name;
  });
}

function inferFields(
  names: readonly string[],
  sample: Uint8Array,
  from: number,
  length: number,
  complete: boolean,
  format: CsvFormat,
  request: SourceRequest,
  notes: string[],
): Field[] {
  const nulls = new Set(format.nulls);
  const observers = names.map(name => new ColumnObserver(name, nulls, format.nullStrings));
  const splitter = new CsvRowSplitter(format);
  let rows = 0;
  let p = from;
  while (p < length && rows < SAMPLE_ROWS) {
    if (sample[p] === format.comment) {
      p = sample.indexOf(10, p) + 1;
      if (p === 0) break;
      continue;
    }
    p = splitter.split(sample, p, length, complete);
    if (p < 0) break;
    if (splitter.count !== names.length || splitter.fault !== null) continue;
    rows++;
    for (let i = 0; i < names.length; i++) {
      const quotedEmpty = splitter.quoted[i] && splitter.ends[i] === splitter.starts[i];
      const text = splitter.field(i);
      observers[i].see(format.decimalComma ? withPoint(text) : text, quotedEmpty ? 'string' : 'text');
    }
  }
  if (rows === 0) {
    notes.push('no rows to infer types from');
    return names.map(name => ({
      name,
      type: name === request.time?.column ? timestampType('us') : STRING,
      nullable: true,
    }));
  }
  return observers.map(observer => observer.field(observer.name === request.time?.column, notes));
}

/** For each field of a line the column that it goes to, or -1. */
function mappingOf(
  label: string,
  names: readonly string[],
  byName: boolean,
  fields: readonly Field[],
  notes: string[],
): number[] {
  if (!byName) {
    if (names.length < fields.length && names.length > 0) {
      throw new SourceError(
        'MR3107',
        `a line of ${label} has ${names.length} fields, and the schema ${fields.length}.`,
        'Declare one column for each field.',
      );
    }
    const width = Math.max(names.length, fields.length);
    return Array.from({ length: width }, (_, i) => (i < fields.length ? i : -1));
  }
  for (const field of fields) {
    if (!names.includes(field.name)) throw noColumn(label, field.name, names);
  }
  const leftOut = names.filter(name => !fields.some(field => field.name === name));
  if (leftOut.length > 0) notes.push(`left out, since the schema does not name them: ${leftOut.join(', ')}`);
  return names.map(name => fields.findIndex(field => field.name === name));
}
