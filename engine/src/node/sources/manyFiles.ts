import { DATE, INT64, STRING } from '../../columns/types.js';
import type { DataType, Field } from '../../columns/types.js';
import { formatTimestamp } from '../../columns/iso.js';
import type { EventTime } from '../../columns/time.js';
import { SourceError } from '../../sources/error.js';
import { withEventTime } from '../../sources/eventTime.js';
import { mergedSource } from '../../sources/mergedSource.js';
import type { FileOfMany } from '../../sources/mergedSource.js';
import { oneSchema } from '../../sources/oneSchema.js';
import { choiceOption } from '../../sources/options.js';
import type { AddedColumn } from '../../sources/rowCompletion.js';
import { SharedInterners } from '../../sources/rowCompletion.js';
import type { OpenSource, SourceRequest, SourceSummary } from '../../sources/source.js';
import type { FilePiece } from '../files/pieces.js';
import { openPiece } from './onePiece.js';

const DAY_US = 86_400e6;

/** Opens several files as one source: each is looked at, and their columns have to go together. */
export async function openMany(
  pieces: readonly FilePiece[],
  request: SourceRequest,
  directory: string,
): Promise<OpenSource> {
  const missingIsNull = choiceOption(request.options, 'missing', ['error', 'null'], 'error') === 'null';
  const interners = new SharedInterners();
  const partitions = partitionFields(pieces, request.fields);
  const looks: Look[] = [];
  for (const piece of pieces) {
    const added = addedOf(piece, partitions);
    const source = await openPiece(piece, request, directory, { added, interners, files: pieces.length });
    looks.push({ piece, added, source });
  }
  const label = `${labelOf(pieces[0])} and ${pieces.length - 1} more`;
  const fields =
    request.fields === null ? oneSchema(looks.map(fieldsOf), missingIsNull) : looks[0].source.summary.fields;
  const files: FileOfMany[] = [];
  for (const look of looks)
    files.push(await asOne(look, fields, request, directory, interners, pieces.length));
  const { time } = withEventTime(label, fields, request.time);
  const summary = summaryOf(request, files, looks, fields, time?.name ?? null);
  return mergedSource(summary, { fields: summary.fields }, time, files);
}

interface Look {
  readonly piece: FilePiece;
  readonly added: readonly AddedColumn[];
  readonly source: OpenSource;
}

function fieldsOf({ piece, source }: Look) {
  const { fields, notes } = source.summary;
  const isText = piece.format === 'csv' || piece.format === 'ndjson';
  const withoutRows = notes.includes('no rows to infer types from');
  const unknown = fields.filter(
    ({ name }) => withoutRows || notes.some(note => note.startsWith(`${name}: no value in`)),
  );
  return {
    label: labelOf(piece),
    fields,
    inferred: isText,
    unknown: new Set(unknown.map(({ name }) => name)),
  };
}

function labelOf({ shown }: FilePiece): string {
  return `'${shown}'`;
}

/** A file with the columns of all, opened again where its own are others. */
async function asOne(
  { piece, added, source }: Look,
  fields: readonly Field[],
  request: SourceRequest,
  directory: string,
  interners: SharedInterners,
  files: number,
): Promise<FileOfMany> {
  const own = source.summary;
  const label = labelOf(piece);
  if (JSON.stringify(own.fields) === JSON.stringify(fields))
    return { label, firstTime: own.firstTime, source };
  const missing = fields.filter(({ name }) => !own.fields.some(field => field.name === name));
  const all = [...added, ...missing.map(field => ({ field, text: null }))];
  await source.close();
  const again = await openPiece(piece, { ...request, fields }, directory, { added: all, interners, files });
  const { firstTime } = again.summary;
  if (own.firstTime !== null && firstTime !== null && Math.abs(own.firstTime - firstTime) > DAY_US) {
    throw new SourceError(
      'MR3714',
      `the times of ${label} are of another unit than those of the other files: it begins ${timeText(own.firstTime)}, and would begin ${timeText(firstTime)}.`,
      'Read it apart, or declare the unit.',
    );
  }
  return { label, firstTime, source: inOrder(again, fields) };
}

/** A source whose columns are in the order that is wanted. */
function inOrder(source: OpenSource, fields: readonly Field[]): OpenSource {
  const own = source.summary.fields.map(({ name }) => name);
  const places = fields.map(({ name }) => own.indexOf(name));
  if (places.every((place, i) => place === i)) return source;
  return {
    ...source,
    read(columns, from) {
      const reader = source.read(columns, from);
      return {
        counters: reader.counters,
        bookmark: () => reader.bookmark?.() ?? null,
        close: () => reader.close(),
        async next(maxRows) {
          const batch = await reader.next(maxRows);
          return batch === null ? null : { ...batch, columns: places.map(place => batch.columns[place]) };
        },
      };
    },
  };
}

/** The columns that the paths say, of the types that hold their texts: dates, integers or text; or as declared. */
function partitionFields(pieces: readonly FilePiece[], declared: readonly Field[] | null): Field[] {
  const texts = new Map<string, (string | null)[]>();
  for (const { partitions } of pieces) {
    for (const [name, text] of partitions) texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return [...texts].flatMap(([name, values]) => {
    const field = declared?.find(each => each.name === name);
    if (declared !== null) return field === undefined ? [] : [field];
    const nullable = values.includes(null) || values.length < pieces.length;
    return [{ name, type: typeOfTexts(values.filter(value => value !== null)), nullable }];
  });
}

function typeOfTexts(texts: readonly string[]): DataType {
  if (texts.length > 0 && texts.every(text => /^\d{4}-\d\d-\d\d$/.test(text))) return DATE;
  if (texts.length > 0 && texts.every(text => /^-?(?:0|[1-9]\d{0,17})$/.test(text))) return INT64;
  return STRING;
}

/** What a path says of a file's columns. */
export function addedOf({ partitions }: FilePiece, fields: readonly Field[]): AddedColumn[] {
  return fields.map(field => ({
    field,
    text: partitions.find(([name]) => name === field.name)?.[1] ?? null,
  }));
}

function summaryOf(
  request: SourceRequest,
  files: readonly FileOfMany[],
  looks: readonly Look[],
  fields: readonly Field[],
  time: string | null,
) {
  const summaries = files.map(({ source }) => source.summary);
  const rows = summaries.map(each => each.rows);
  const lasts = summaries.map(({ lastTime }) => lastTime);
  const firsts = summaries.flatMap(({ firstTime }) => firstTime ?? []);
  const notes = [...new Set(looks.flatMap(({ source }) => source.summary.notes))];
  return {
    name: request.name,
    fields: fields.map(field => (field.name === time ? { ...field, nullable: false } : field)),
    time,
    boundUs: Math.max(...summaries.map(({ boundUs }) => boundUs)),
    boundFrom: summaries[0].boundFrom,
    rows: rows.includes(null) ? null : rows.reduce<number>((sum, each) => sum + (each ?? 0), 0),
    firstTime: firsts.length === 0 ? null : firsts.reduce((a, b) => Math.min(a, b)),
    lastTime: lasts.includes(null) ? null : lasts.reduce<number>((a, b) => Math.max(a, b ?? a), -Infinity),
    ...sampleOf(summaries),
    notes: [
      `${files.length} files, ${labelOf(looks[0].piece)} to ${labelOf(looks[looks.length - 1].piece)}`,
      ...notes,
    ],
  };
}

/** What the samples of all files showed together. */
function sampleOf(summaries: readonly SourceSummary[]): Pick<SourceSummary, 'sample'> {
  const samples = summaries.flatMap(({ sample }) => sample ?? []);
  if (samples.length === 0) return {};
  const sum = (of: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((total, each) => total + of(each), 0);
  const disorderUs = samples.reduce((most, each) => Math.max(most, each.disorderUs), 0);
  return { sample: { rows: sum(({ rows }) => rows), rejected: sum(({ rejected }) => rejected), disorderUs } };
}

function timeText(time: EventTime): string {
  return formatTimestamp(BigInt(Math.floor(time)), 'us');
}
