import { parseDate } from '../../columns/iso.js';
import type { TimeUnit } from '../../columns/types.js';
import { zoneOf } from '../../columns/zone.js';
import { inspectCsv } from '../../sources/csvText.js';
import { SourceError } from '../../sources/error.js';
import { FULL_SIZES, openLines } from '../../sources/lineSource.js';
import type { ReadSizes } from '../../sources/lineSource.js';
import { inspectNdjson } from '../../sources/ndjsonText.js';
import { AS_THEY_ARE, RowCompletion } from '../../sources/rowCompletion.js';
import type { AddedColumn, SharedInterners } from '../../sources/rowCompletion.js';
import type { OpenSource, SourceRequest } from '../../sources/source.js';
import { TimeShift } from '../../sources/timeShift.js';
import type { FilePiece } from '../files/pieces.js';
import { openArrow } from './arrow.js';
import { openParquet } from './parquet.js';

/** What a file has in common with those that it is read with. */
export interface PieceContext {
  readonly added: readonly AddedColumn[];
  readonly interners?: SharedInterners;
  /** How many files there are. */
  readonly files: number;
}

/** Opens one file, or one member of an archive. */
export function openPiece(
  piece: FilePiece,
  request: SourceRequest,
  directory: string,
  { added, interners, files }: PieceContext,
): Promise<OpenSource> {
  const { options } = request;
  const shift = shiftOf(piece.name, options.since);
  const scales = scalesOf(options.scale);
  const isPlain = added.length === 0 && shift === null && scales.size === 0 && interners === undefined;
  const completion = isPlain ? AS_THEY_ARE : new RowCompletion({ added, shift, scales }, interners);
  switch (piece.format) {
    case 'parquet':
      return openParquet(request, directory, piece.path, completion);
    case 'arrow':
      return openArrow(request, piece.open, completion);
    default: {
      const inspect = piece.format === 'csv' ? inspectCsv : inspectNdjson;
      return openLines(inspect, piece.open, request, completion, sizesFor(files));
    }
  }
}

/** Of many files less is looked at each, and held while they are read together. */
function sizesFor(files: number): ReadSizes {
  if (files < 8) return FULL_SIZES;
  return {
    sampleBytes: Math.max(16 << 10, Math.floor((16 << 20) / files)),
    chunkBytes:
      files < 64 ? 256 << 10 : Math.max(8 << 10, Math.min(64 << 10, Math.floor((32 << 20) / files))),
    batchRows: files < 64 ? 4096 : files < 1024 ? 1024 : 128,
  };
}

/** The option `since`: which column counts from which day's midnight. Errors `MR3715` (no such option, or no day in the file's name). */
function shiftOf(name: string, since: unknown) {
  if (since === undefined) return null;
  const { column, day, unit, zone } = since as Record<'column' | 'day' | 'unit' | 'zone', unknown>;
  const isWhole = [column, day, unit, zone].every(each => typeof each === 'string');
  if (!isWhole || !['s', 'ms', 'us', 'ns'].includes(unit as string)) {
    throw new SourceError(
      'MR3715',
      'the option since is not one.',
      "Write { column, day: '2013-10-08', unit: 'ms', zone: 'UTC' }.",
    );
  }
  const days = day === 'name' ? dayInName(name) : parseDate(day as string);
  if (days === null) {
    throw new SourceError(
      'MR3715',
      day === 'name' ? `the name '${name}' has no day in it.` : `'${String(day)}' is no day.`,
      "A day is written 2013-10-08; in a name 20131008 too. Give one: time: { column, since: '2013-10-08' }.",
    );
  }
  return {
    column: column as string,
    by: new TimeShift(unit as TimeUnit, days * 86400, zoneOf(zone as string)),
  };
}

/** The last day that a path names, in days since 1970. */
function dayInName(name: string): number | null {
  const found = [...name.matchAll(/(?<!\d)((?:19|20|21)\d\d)(-?)(\d\d)\2(\d\d)(?!\d)/g)];
  const days = found.map(([, year, , month, day]) => parseDate(`${year}-${month}-${day}`));
  return days.filter(each => each !== null).at(-1) ?? null;
}

function scalesOf(scale: unknown): ReadonlyMap<string, number> {
  if (scale === undefined) return new Map();
  const entries =
    typeof scale === 'object' && scale !== null ? Object.entries(scale as Record<string, unknown>) : [];
  const isRight = entries.every(([, by]) => typeof by === 'number' && Number.isFinite(by) && by !== 0);
  if (entries.length > 0 && isRight) return new Map(entries as [string, number][]);
  throw new SourceError(
    'MR3715',
    'the option scale is not one.',
    'Write { price: 10_000 }: how many times too large the values are.',
  );
}
