import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readSync,
  fstatSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a file of history is cut back to when it has become twice as long. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A line of the file: a cell that was executed, or the result of one. */
export type HistoryRecord =
  | { readonly session: string; readonly line: number; readonly input: string }
  | { readonly session: string; readonly line: number; readonly output: string };

/** The history of all kernels, a JSON record in each line, read once and then added to. Whatever is wrong with it, cells run. */
export class HistoryFile {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** The records of earlier kernels, oldest first; lines that are none are left out. */
  read(): HistoryRecord[] {
    try {
      makeFolder(dirname(this.#path));
      const { text, isLong } = readEnd(this.#path);
      const records = text.split('\n').flatMap(record);
      if (isLong) this.#cutBack(records);
      return records;
    } catch (error) {
      this.#failure(error);
      return [];
    }
  }

  add(entry: HistoryRecord): void {
    if (this.#failed) return;
    const line = `${JSON.stringify(entry)}\n`;
    this.#writing = this.#writing
      .then(() => appendFile(this.#path, line, { mode: 0o600 }))
      .catch((error: unknown) => this.#failure(error));
  }

  /** Resolves when everything is written. */
  flushed(): Promise<void> {
    return this.#writing;
  }

  /** Kernels that write at this moment may lose a line: better than a file that grows for ever. */
  #cutBack(records: readonly HistoryRecord[]): void {
    const temporary = `${this.#path}.${process.pid}`;
    writeFileSync(temporary, records.map(each => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }

  #failure(error: unknown): void {
    if (!this.#failed) console.error(`The history is not kept in ${this.#path}: ${String(error)}`);
    this.#failed = true;
  }
}

/** Makes a folder and those above it. (Node's own `recursive` never ends below folders such as `/proc`.) */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** The end of a file, from the beginning of a line. */
function readEnd(path: string): { text: string; isLong: boolean } {
  const file = openSync(path, 'a+', 0o600);
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8');
    return {
      text: size > bytes.length ? text.slice(text.indexOf('\n') + 1) : text,
      isLong: size > 2 * MOST_BYTES,
    };
  } finally {
    closeSync(file);
  }
}

function record(line: string): HistoryRecord[] {
  if (line === '') return [];
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    const isNamed = typeof value.session === 'string' && Number.isInteger(value.line);
    const hasText = typeof value.input === 'string' || typeof value.output === 'string';
    return isNamed && hasText ? [value as HistoryRecord] : [];
  } catch {
    return [];
  }
}
