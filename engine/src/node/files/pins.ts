import { open, readFile, rename, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { MillraceError } from '../../columns/error.js';
import { SourceError } from '../../sources/error.js';
import { factsOf, type Pin, type Pins } from '../../sources/pin.js';
import type { OpenSource } from '../../sources/source.js';
import { shownPath } from '../paths.js';
import { fileHashes } from './fileHash.js';
import { PINS_FILE, parsePins, pinsText, type PinFile } from './pinFormat.js';

const MOST_BYTES = 256 << 20;

/** Pins in a file of the notebook's folder. */
export const filePins: Pins = {
  async get(path, directory) {
    return (await readPins(directory)).files.get(nameOf(path, directory)) ?? null;
  },
  put(path, pin, directory) {
    const name = nameOf(path, directory);
    return changePins(directory, ({ files }) => {
      if (pin === null) files.delete(name);
      else files.set(name, pin);
    });
  },
  async hash(path, directory) {
    const { bytes, arrivals } = await fileHashes(resolve(directory, path));
    return arrivals ?? bytes;
  },
  async result(name, directory) {
    return (await readPins(directory)).results.get(name) ?? null;
  },
  putResult(name, pin, directory) {
    return changePins(directory, ({ results }) => results.set(name, pin));
  },
};

/**
 * Sees that a file is the one that was pinned, where one was. Error `MR3816` with what was pinned and what is there.
 *
 * @param opened opens the file as it is asked for, to tell which rows it has
 */
export async function checkPin(
  full: string,
  directory: string,
  opened: () => Promise<OpenSource>,
): Promise<void> {
  if (process.env.MILLRACE_PINS === 'renew') return;
  const pin = await filePins.get(full, directory);
  if (pin === null || !(await isFile(full))) return;
  const { bytes, arrivals } = await fileHashes(full);
  if (pin.hash === bytes || pin.hash === arrivals) return;
  const { size, mtime } = await stat(full);
  throw new SourceError(
    'MR3816',
    `'${shownPath(directory, full)}' is not the file that was pinned. Pinned: ${pinText(pin)}. Found: ` +
      `${await foundText(arrivals ?? bytes, opened)}, ${size} bytes, written ${mtime.toISOString()}.`,
    'Put the pinned file back, or pin this one: await pin(…, { renew: true }).',
  );
}

/** A pin in words. */
function pinText({ hash, rows, from, to }: Pin): string {
  return `hash ${hash}, ${rows} rows${from === null ? '' : ` from ${from} to ${to}`}`;
}

/** What is there now in words: with its rows where it can be read. */
async function foundText(hash: string, opened: () => Promise<OpenSource>): Promise<string> {
  try {
    const source = await opened();
    try {
      const facts = await factsOf(source, () => new Promise(resolve => setImmediate(resolve)));
      return pinText({ hash, ...facts });
    } finally {
      await source.close();
    }
  } catch (error) {
    const reason = error instanceof MillraceError ? `${error.code} ${error.text}` : String(error);
    return `hash ${hash}, whose rows cannot be read (${reason.replace(/\.$/, '')})`;
  }
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

/** The pins of a folder. Error `MR3817` for a file that `pin()` has not written. */
export async function readPins(directory: string): Promise<PinFile> {
  const path = join(directory, PINS_FILE);
  try {
    if ((await stat(path)).size > MOST_BYTES) return parsePins('');
    return parsePins(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { files: new Map(), results: new Map() };
    throw error;
  }
}

let last: Promise<void> = Promise.resolve();

/** Changes the pins of a folder, one change after the other. */
export function changePins(directory: string, change: (pins: PinFile) => unknown): Promise<void> {
  const changed = last
    .catch(() => undefined)
    .then(async () => {
      const pins = await readPins(directory);
      change(pins);
      await writePins(directory, pins);
    });
  last = changed;
  return changed;
}

/** Writes the pins of a folder: all of them, or none. */
async function writePins(directory: string, pins: PinFile): Promise<void> {
  const path = join(directory, PINS_FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w');
  await handle.writeFile(pinsText(pins));
  await handle.sync();
  await handle.close();
  await rename(temporary, path);
}
