import { unpackColumn } from '../../codecs/packedColumns.js';
import { unpackNumbers } from '../../codecs/packedNumbers.js';
import { MillraceError } from '../../columns/error.js';
import { START_OF_TIME } from '../../columns/time.js';
import { EXPORTED, type ExportedSource } from '../../session/exported.js';
import { cachedConnector, marksByTime, type KeptRows } from '../../sources/cached.js';
import type { OpenSource, SourceConnector, SourceRequest } from '../../sources/source.js';

/** A recording that is none of its session: it was cut off, or changed. */
export class RecordingBytesError extends MillraceError {
  override readonly name = 'RecordingBytesError';
}

/**
 * The rows that a page brings along, as a source: they come as they came when they were exported, with the same watermarks. Option `cache`: the
 * place of the source in the session. They are unpacked when they are first read.
 */
export function exportedConnector(
  sources: readonly ExportedSource[],
  recordings: readonly Uint8Array[],
): SourceConnector {
  const known = new Map<number, KeptRows>();
  const kept = cachedConnector(known);
  return {
    name: EXPORTED,
    open: async (request, world) => {
      const place = request.options.cache as number;
      const source = sources[place];
      if (source === undefined || recordings[place] === undefined) throw cutOff(request.name);
      if (!known.has(place)) known.set(place, unpacked(source, recordings[place], request));
      return counted(await kept.open(request, world), source);
    },
  };
}

function unpacked(source: ExportedSource, bytes: Uint8Array, { time }: SourceRequest): KeptRows {
  const { name, fields, rows: length, before, boundUs } = source;
  try {
    const columns = source.columns.map((packed, at) => unpackColumn(packed, fields[at], length, bytes));
    const places = source.places === null ? null : (unpackNumbers(source.places, bytes) as Float64Array);
    const marks = source.marks === null ? null : (unpackNumbers(source.marks, bytes) as Float64Array);
    const kept = { fields, columns, length, marks, places, before: before ?? START_OF_TIME, boundUs };
    return marks === null && time !== null
      ? { ...kept, marks: marksByTime(kept, time.column, boundUs) }
      : kept;
  } catch (error) {
    throw error instanceof MillraceError ? error : cutOff(name);
  }
}

/** The source with the bound of the one that was recorded, and its count of rows that could not be read. */
function counted(open: OpenSource, { boundUs, rejected }: ExportedSource): OpenSource {
  return {
    ...open,
    summary: { ...open.summary, boundUs },
    read: (columns, from) => {
      const reader = open.read(columns, from);
      reader.counters.rejected = rejected;
      return reader;
    },
  };
}

function cutOff(name: string): RecordingBytesError {
  return new RecordingBytesError(
    'MR8520',
    `the rows of '${name}' are not whole in this page.`,
    'Get the file again, or export the notebook again.',
  );
}
