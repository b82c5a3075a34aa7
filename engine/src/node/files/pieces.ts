import picomatch from 'picomatch';
import { readBytes } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { SourceError } from '../../sources/error.js';
import { booleanOption, choiceOption, numberOption, textOption, textsOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import { fileInput } from '../fileInput.js';
import { shownPath } from '../paths.js';
import { compressionOf, unpackedInput } from './compression.js';
import type { Compression } from './compression.js';
import { findFiles, partitionsOf } from './findFiles.js';
import type { FoundFile } from './findFiles.js';
import { MOST_RATIO, UnpackLimit } from './unpackLimit.js';
import { memberInput, zipMembers } from './zip.js';
import type { ZipMember } from './zip.js';

const FORMATS = ['csv', 'ndjson', 'parquet', 'arrow'] as const;
export type FileFormat = (typeof FORMATS)[number];

const BY_EXTENSION: ReadonlyMap<string, FileFormat> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.txt', 'csv'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
  ['.json', 'ndjson'],
  ['.parquet', 'parquet'],
  ['.pq', 'parquet'],
  ['.arrow', 'arrow'],
  ['.arrows', 'arrow'],
  ['.feather', 'arrow'],
  ['.ipc', 'arrow'],
]);
const PACKED = /\.(?:gz|gzip|zst|zstd)$/i;

/** One file of rows, or one member of an archive. */
export interface FilePiece {
  /** The path, with the member's name behind it: the columns and days that it says are read from it. */
  readonly name: string;
  /** The same as messages show it. */
  readonly shown: string;
  /** The path of the file itself. */
  readonly path: string;
  readonly format: FileFormat;
  readonly compression: Compression | null;
  readonly partitions: readonly (readonly [name: string, text: string | null])[];
  readonly open: () => Promise<ByteInput>;
}

/**
 * The files that a source's options name. Options: `path`, or `paths`; `format` (found by the extension, behind which that of a compression may
 * stand); `member` (of zip archives: a name or a pattern; all that are rows); `partitions` (true: folders such as `date=2024-03-08` are columns);
 * `maxRatio` (200).
 */
export async function findPieces(options: Options, directory: string): Promise<FilePiece[]> {
  const paths = textsOption(options, 'paths', [textOption(options, 'path', '')]);
  const found = new Map<string, FoundFile>();
  for (const path of paths)
    for (const each of await findFiles(directory, path, hasRows)) found.set(each.path, each);
  const pieces: FilePiece[] = [];
  for (const file of found.values()) pieces.push(...(await piecesOf(file, options, directory)));
  return pieces;
}

async function piecesOf(
  { path, below }: FoundFile,
  options: Options,
  directory: string,
): Promise<FilePiece[]> {
  const compression = await compressionAt(directory, path);
  const partitions = booleanOption(options, 'partitions', true) ? partitionsOf(below) : [];
  const ratio = numberOption(options, 'maxRatio', MOST_RATIO, 1);
  const open = () => fileInput(directory, path);
  const shown = shownPath(directory, path);
  const piece = { path, shown, partitions, compression };
  if (compression === 'zip') {
    const archive = await open();
    try {
      const members = chosenMembers(archive.label, await zipMembers(archive), options);
      return members.map(member => ({
        ...piece,
        name: `${path}/${member.name}`,
        shown: `${shown}/${member.name}`,
        format: notParquet(formatOf(member.name, options), archive.label),
        open: async () => {
          const input = await open();
          try {
            const label = `'${member.name}' in ${input.label}`;
            return await memberInput(input, member, label, () => new UnpackLimit(label, ratio));
          } catch (error) {
            await input.close();
            throw error;
          }
        },
      }));
    } finally {
      await archive.close();
    }
  }
  const format = formatOf(path, options);
  if (compression === null) return [{ ...piece, name: path, format, open }];
  notParquet(format, `'${path}'`);
  const unpacked = async () => {
    const input = await open();
    return unpackedInput(input, compression, () => new UnpackLimit(input.label, ratio));
  };
  return [{ ...piece, name: path, format, open: unpacked }];
}

async function compressionAt(directory: string, path: string): Promise<Compression | null> {
  const input = await fileInput(directory, path);
  try {
    const head = await readBytes(input, 0, 4);
    return compressionOf(head.subarray(0, head.length - 1));
  } finally {
    await input.close();
  }
}

/** The format that a name's extension says, behind which that of a compression may stand. */
function formatByName(path: string): FileFormat | undefined {
  const extension = /\.[^./\\]*$/.exec(path.replace(PACKED, ''));
  return BY_EXTENSION.get(extension?.[0].toLowerCase() ?? '');
}

function hasRows(name: string): boolean {
  return formatByName(name) !== undefined || /\.zip$/i.test(name);
}

function formatOf(path: string, options: Options): FileFormat {
  const found = formatByName(path);
  if (found === undefined && options.format === undefined) {
    throw new SourceError(
      'MR3204',
      `the extension of '${path}' names no format that can be read.`,
      "Say which it is: { format: 'csv' }, 'ndjson', 'parquet' or 'arrow'.",
    );
  }
  return choiceOption(options, 'format', FORMATS, found ?? 'csv');
}

/** The members of an archive that are asked for: by `member`, or all whose extension is one of rows. */
function chosenMembers(label: string, members: readonly ZipMember[], options: Options): readonly ZipMember[] {
  const asked = textOption(options, 'member', '');
  const isRows = ({ name }: ZipMember) => formatByName(name) !== undefined;
  const exact = members.filter(({ name }) => name === asked);
  const matches = asked === '' ? null : picomatch(asked, { dot: true });
  const chosen =
    exact.length > 0
      ? exact
      : members.filter(member =>
          matches === null ? options.format !== undefined || isRows(member) : matches(member.name),
        );
  if (chosen.length > 0) return chosen;
  const names = members.slice(0, 8).map(({ name }) => `'${name}'`);
  throw new SourceError(
    'MR3711',
    asked === ''
      ? `nothing in ${label} has an extension of rows.`
      : `nothing in ${label} matches '${asked}'.`,
    members.length === 0
      ? 'The archive is empty.'
      : `It has ${names.join(', ')}${members.length > 8 ? ` and ${members.length - 8} more` : ''}.`,
  );
}

function notParquet(format: FileFormat, label: string): FileFormat {
  if (format !== 'parquet') return format;
  throw new SourceError(
    'MR3703',
    `${label} has a Parquet file in it, which cannot be read from its beginning to its end.`,
    'Unpack it: Parquet is compressed by itself.',
  );
}
