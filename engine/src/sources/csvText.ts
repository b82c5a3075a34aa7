import { CsvDecoder } from '../codecs/csvDecoder.js';
import { DEFAULT_NULLS } from '../codecs/csvFormat.js';
import type { CsvFormat } from '../codecs/csvFormat.js';
import { CsvRowSplitter } from '../codecs/csvRow.js';
import { MAX_LINE_BYTES } from '../codecs/decoder.js';
import { STRING, timestampType } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import { SourceError } from './error.js';
import { noColumn } from './eventTime.js';
import { SAMPLE_ROWS } from './lineFormat.js';
import type { InspectedText } from './lineFormat.js';
import { ColumnObserver } from './observer.js';
import { booleanOption, numberOption, textOption, textsOption } from './options.js';
import type { SourceRequest } from './source.js';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Looks at the beginning of a CSV text. Options: `header` (true), `delimiter` (found in the first line), `nulls` (texts that mean
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
  const start = sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf ? 3 : 0;
  const notes: string[] = [];
  const format = formatOf(sample, start, length, request, notes);
  const hasHeader = booleanOption(options, 'header', true);
  if (start === length && (request.fields === null || hasHeader)) {
    throw new SourceError('MR3104', `${label} is empty.`, 'A CSV begins with a line of column names.');
  }
  const splitter = new CsvRowSplitter(format.delimiter);
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
  const names = hasHeader
    ? uniqueNames(headerRow)
    : headerRow.map((_, i) => request.fields?.[i]?.name ?? `column${i + 1}`);
  const rowsFrom = hasHeader ? first : start;
  const fields =
    request.fields ?? inferFields(names, sample, rowsFrom, length, complete, format, request, notes);
  const mapping = mappingOf(label, names, hasHeader, fields, notes);
  const firstLine = hasHeader ? 1 + splitter.lines : 1;
  return {
    fields,
    inferred: request.fields === null,
    notes,
    start: rowsFrom,
    decoder: (schema, reject) => new CsvDecoder(schema, mapping, format, reject, firstLine),
  };
}

function formatOf(
  sample: Uint8Array,
  start: number,
  length: number,
  request: SourceRequest,
  notes: string[],
): CsvFormat {
  const { options } = request;
  const given = textOption(options, 'delimiter', '');
  if (given.length > 1 || given.charCodeAt(0) > 127 || given === '"' || given === '\n') {
    throw new SourceError(
      'MR3106',
      `'${given}' cannot be a delimiter.`,
      "Give one ASCII character: ',', ';', '\\t'.",
    );
  }
  const delimiter = given === '' ? findDelimiter(sample, start, length) : given;
  if (given === '' && delimiter !== ',') notes.push(`fields separated by ${JSON.stringify(delimiter)}`);
  return {
    delimiter: delimiter.charCodeAt(0),
    nulls: textsOption(options, 'nulls', DEFAULT_NULLS),
    nullStrings: options.nulls !== undefined,
    maxLineBytes: numberOption(options, 'maxLineBytes', MAX_LINE_BYTES, 1),
  };
}

/** The candidate that the first line has most often, outside of quotes; a comma where it has none. */
function findDelimiter(sample: Uint8Array, start: number, length: number): string {
  const counts = new Map<number, number>();
  let quoted = false;
  for (let p = start; p < length && (quoted || sample[p] !== 10); p++) {
    if (sample[p] === 34) quoted = !quoted;
    else if (!quoted) counts.set(sample[p], (counts.get(sample[p]) ?? 0) + 1);
  }
  let best = ',';
  for (const candidate of DELIMITERS) {
    const count = counts.get(candidate.charCodeAt(0)) ?? 0;
    if (count > (counts.get(best.charCodeAt(0)) ?? 0)) best = candidate;
  }
  return best;
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
  const splitter = new CsvRowSplitter(format.delimiter);
  let rows = 0;
  let p = from;
  while (p < length && rows < SAMPLE_ROWS) {
    p = splitter.split(sample, p, length, complete);
    if (p < 0) break;
    if (splitter.count !== names.length || splitter.fault !== null) continue;
    rows++;
    for (let i = 0; i < names.length; i++) {
      const quotedEmpty = splitter.quoted[i] && splitter.ends[i] === splitter.starts[i];
      observers[i].see(splitter.field(i), quotedEmpty ? 'string' : 'text');
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
