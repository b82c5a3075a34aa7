import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SourceError } from '../../sources/error.js';
import { fileInput } from '../fileInput.js';
import { surveyRecording } from '../recordings/survey.js';

/** SHA-256 of a file's bytes, and for recordings of what arrived, as hexadecimal digits. */
export interface FileHashes {
  readonly bytes: string;
  /** Null for what is no recording, and for one that is damaged. */
  readonly arrivals: string | null;
}

/** What was found last, so that a file is read once for as long as it stays as it is. */
const known = new Map<string, Promise<FileHashes>>();
const MOST_KNOWN = 256;

/** The hashes of a file: it is read to its end, unless that was done since it was last written. */
export async function fileHashes(path: string): Promise<FileHashes> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = JSON.stringify([path, size, mtimeMs, ino]);
  let hashes = known.get(key);
  if (hashes === undefined) {
    hashes = readHashes(path);
    hashes.catch(() => known.delete(key));
    known.set(key, hashes);
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value as string);
  }
  return hashes;
}

async function readHashes(path: string): Promise<FileHashes> {
  const hash = createHash('sha256');
  let head: Buffer | null = null;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    head ??= piece.subarray(0, 4);
    hash.update(piece);
  }
  const isRecording = head?.toString('latin1') === 'MREC';
  return { bytes: hash.digest('hex'), arrivals: isRecording ? await arrivalsHash(path) : null };
}

async function arrivalsHash(path: string): Promise<string | null> {
  const input = await fileInput('/', path);
  try {
    return (await surveyRecording(input)).hash;
  } catch (error) {
    // What is in it is said by whoever reads it.
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** A hash as it was given: 64 hexadecimal digits, before which `sha256:` may stand. Error `MR3811`. */
export function checkedHash(hash: string): string {
  const digits = hash
    .trim()
    .replace(/^sha256[:-]/i, '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new SourceError(
    'MR3811',
    `'${hash.slice(0, 80)}' is no SHA-256: that is 64 hexadecimal digits.`,
    "It is what `sha256sum FILE` and pin() show: { hash: '9f86d0…' }.",
  );
}

/** Sees that a file is the one that a hash is of. Error `MR3813`. */
export async function checkHash(path: string, shown: string, hash: string): Promise<void> {
  const expected = checkedHash(hash);
  const { bytes, arrivals } = await fileHashes(path);
  if (bytes === expected || arrivals === expected) return;
  throw new SourceError(
    'MR3813',
    `'${shown}' is another file: its SHA-256 is ${arrivals ?? bytes}, and ${expected} is asked for.`,
    'Take the file that the hash is of, or write the hash of this one.',
  );
}
