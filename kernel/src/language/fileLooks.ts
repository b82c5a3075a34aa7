import { statSync, type BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import type { Field, PlanSample } from 'millrace';
import { within, type FileCall, type Outside } from './outside.js';

/** How long a cell waits for the files that it names, in milliseconds. What comes later is known to the next request. */
const PATIENCE_MS = 500;
/** A pattern or a folder is looked at again after so many milliseconds: what is in it may have changed. */
const KNOWN_MS = 2000;
/** Looks that are kept, and files in the types. */
const MOST_KEPT = 256;
/** A file of more columns is not known before its cell has run. */
const MOST_COLUMNS = 5000;
/** All files in the types together have so many columns at most. */
const MOST_COLUMNS_OF_ALL = 20_000;

interface Look {
  /** What tells this file from a later one of its name. */
  readonly version: string;
  readonly sample: Promise<PlanSample | null>;
  found: PlanSample | null;
  /** A request has waited for it already; no other does. */
  waited: boolean;
}

/** What files that cells name have in them: looked at once, and again when they have changed. */
export class FileLooks {
  readonly #looks = new Map<string, Look>();
  /** The columns of each file as the newest call that names it reads it. */
  readonly #files = new Map<string, readonly Field[]>();
  /** For the clock of `KNOWN_MS`, which tests set. */
  now: () => number = () => performance.now();

  /** @param patienceMs how long a cell waits for the files that it names */
  constructor(
    readonly directory: string,
    readonly patienceMs = PATIENCE_MS,
  ) {}

  /** The columns of files by their paths. */
  get files(): ReadonlyMap<string, readonly Field[]> {
    return this.#files;
  }

  /** What is known of the file of a call, by now. */
  known(call: FileCall): PlanSample | null {
    return this.#looks.get(keyOf(call))?.found ?? this.#looks.get(keyOf(untimed(call)))?.found ?? null;
  }

  /** Looks at the files of calls, but waits no longer than half a second. */
  async see(calls: readonly FileCall[], outside: Outside): Promise<void> {
    const seen = Promise.all(calls.map(call => this.#seeOne(call, outside)));
    await within(seen, this.patienceMs);
    for (const call of calls.flatMap(each => [each, untimed(each)])) {
      const look = this.#looks.get(keyOf(call));
      if (look !== undefined) look.waited = true;
    }
    this.#collect(calls);
  }

  async #seeOne(call: FileCall, outside: Outside): Promise<void> {
    if ((await this.#look(call, outside)) !== null || call.options.time === undefined) return;
    // Its event time may be a column that is not there (yet).
    await this.#look(untimed(call), outside);
  }

  #look(call: FileCall, outside: Outside): Promise<PlanSample | null> {
    const version = versionOf(this.directory, call.path, this.now());
    if (version === null) {
      this.#looks.delete(keyOf(call));
      return Promise.resolve(null);
    }
    const key = keyOf(call);
    const known = this.#looks.get(key);
    if (known?.version === version) return known.waited ? Promise.resolve(known.found) : known.sample;
    const sample = outside.look(call).catch(() => null);
    const look: Look = { version, sample, found: null, waited: false };
    this.#looks.delete(key);
    this.#looks.set(key, look);
    trim(this.#looks);
    void sample.then(found => {
      if (found !== null && found.fields.length <= MOST_COLUMNS) look.found = found;
    });
    return sample;
  }

  /** Takes over what is known of the calls' files. One that is read in several ways at once is not known by its path. */
  #collect(calls: readonly FileCall[]): void {
    const read = new Map<string, readonly Field[] | null>();
    for (const call of calls) {
      const fields = this.known(call)?.fields ?? null;
      const before = read.get(call.path);
      read.set(call.path, before === undefined ? fields : common(before, fields));
    }
    for (const [path, fields] of read) {
      this.#files.delete(path);
      if (fields !== null) this.#files.set(path, fields);
    }
    trim(this.#files);
    let columns = [...this.#files.values()].reduce((sum, fields) => sum + fields.length, 0);
    for (const [path, fields] of this.#files) {
      if (columns <= MOST_COLUMNS_OF_ALL) break;
      this.#files.delete(path);
      columns -= fields.length;
    }
  }
}

function keyOf({ path, options }: FileCall): string {
  return JSON.stringify([path, options]);
}

function untimed({ make, path, options }: FileCall): FileCall {
  const { time: _time, sequence: _sequence, ...rest } = options;
  return { make, path, options: rest };
}

/** Columns that are the same in both but for NULLs; null where they are not. */
function common(a: readonly Field[] | null, b: readonly Field[] | null): readonly Field[] | null {
  if (a?.length !== b?.length || a === null || b === null) return null;
  const isSame = a.every(
    (field, at) => field.name === b[at].name && JSON.stringify(field.type) === JSON.stringify(b[at].type),
  );
  return isSame ? a.map((field, at) => ({ ...field, nullable: field.nullable || b[at].nullable })) : null;
}

/** What is at a path: its size and when it was saved; null where there is nothing that could be read as rows. */
function versionOf(directory: string, path: string, now: number): string | null {
  const stat = statOf(resolve(directory, path));
  if (stat?.isFile() === true) return `${stat.mtimeNs}:${stat.size}`;
  if (stat !== null && !stat.isDirectory()) return null;
  if (stat === null && !/[*?[\]{}()!]/.test(path)) return null;
  return `since ${Math.floor(now / KNOWN_MS)}`;
}

function statOf(path: string): BigIntStats | null {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true }) ?? null;
  } catch {
    return null;
  }
}

function trim(map: Map<string, unknown>): void {
  while (map.size > MOST_KEPT) map.delete(map.keys().next().value as string);
}
