import { open, readFile, rename, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { SourceError } from '../../sources/error.js';
import type { Pin, Pins } from '../../sources/pin.js';
import { shownPath } from '../paths.js';
import { fileHashes } from './fileHash.js';

/** Beside the notebook, as a lock file is: which files it was made with. */
const FILE = 'millrace.pins.json';
const MOST_BYTES = 4 << 20;

interface PinFile {
  readonly version: 1;
  readonly pins: Readonly<Record<string, Pin>>;
}

/** Pins in a file of the notebook's folder. */
export const filePins: Pins = {
  async get(path, directory) {
    return (await readPins(directory)).get(nameOf(path, directory)) ?? null;
  },
  async put(path, pin, directory) {
    const pins = await readPins(directory);
    const name = nameOf(path, directory);
    if (pin === null) pins.delete(name);
    else pins.set(name, pin);
    await writePins(directory, pins);
  },
  async hash(path, directory) {
    const { bytes, arrivals } = await fileHashes(resolve(directory, path));
    return arrivals ?? bytes;
  },
};

/** Sees that a file is the one that was pinned, where one was. Error `MR3816` with what was pinned and what is there. */
export async function checkPin(full: string, directory: string): Promise<void> {
  const pin = await filePins.get(full, directory);
  if (pin === null || !(await isFile(full))) return;
  const { bytes, arrivals } = await fileHashes(full);
  if (pin.hash === bytes || pin.hash === arrivals) return;
  const { size, mtime } = await stat(full);
  throw new SourceError(
    'MR3816',
    `'${shownPath(directory, full)}' is not the file that was pinned. Pinned: ${pinText(pin)}. Found: hash ${arrivals ?? bytes}, ` +
      `${size} bytes, written ${mtime.toISOString()}.`,
    'Put the pinned file back, or pin this one: await pin(…, { renew: true }).',
  );
}

/** A pin in words. */
export function pinText({ hash, rows, from, to }: Pin): string {
  return `hash ${hash}, ${rows} rows${from === null ? '' : ` from ${from} to ${to}`}`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}

/** A path as the file of pins has it: from the folder, with slashes on every system. */
function nameOf(path: string, directory: string): string {
  return relative(directory, resolve(directory, path)).replaceAll('\\', '/');
}

async function readPins(directory: string): Promise<Map<string, Pin>> {
  const path = join(directory, FILE);
  let text: string;
  try {
    if ((await stat(path)).size > MOST_BYTES) throw wrongPins();
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  const file = parsed(text);
  if (typeof file?.pins !== 'object' || file.pins === null || (file.version as number) !== 1)
    throw wrongPins();
  const pins = Object.entries(file.pins);
  if (!pins.every(([, pin]) => isPin(pin))) throw wrongPins();
  return new Map(pins);
}

function parsed(text: string): PinFile | null {
  try {
    return JSON.parse(text) as PinFile | null;
  } catch {
    return null;
  }
}

function isPin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { hash, rows, from, to } = value as Partial<Record<keyof Pin, unknown>>;
  const isTime = (each: unknown): boolean => each === null || typeof each === 'string';
  return typeof hash === 'string' && typeof rows === 'number' && isTime(from) && isTime(to);
}

function wrongPins(): SourceError {
  return new SourceError(
    'MR3817',
    `${FILE} is not what pin() writes: version 1 is a list of files with their hash, rows and times.`,
    'Put it back as it was, or delete it and pin again.',
  );
}

async function writePins(directory: string, pins: ReadonlyMap<string, Pin>): Promise<void> {
  const path = join(directory, FILE);
  const sorted = [...pins].sort(([one], [other]) => (one < other ? -1 : 1));
  const file: PinFile = { version: 1, pins: Object.fromEntries(sorted) };
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w');
  await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  await rename(temporary, path);
}
