import { randomUUID } from 'node:crypto';
import { withoutSecrets } from '../magics/secrets.js';
import { matchesGlob } from './glob.js';
import type { HistoryFile } from './historyFile.js';
import type { JsonObject } from './message.js';

interface Entry {
  /** Sessions are numbered from 1, the oldest that is known. */
  readonly session: number;
  readonly line: number;
  readonly input: string;
  output: string | null;
}

/** Entries, and characters of them, that are kept in memory. */
const MOST_ENTRIES = 10_000;
const MOST_CHARACTERS = 8 * 1024 * 1024;
/** What is kept of a result. */
const MOST_OUTPUT = 10_000;

/** What has been executed, by this kernel and those before it, for `history_request`. */
export class History {
  readonly #id = randomUUID();
  readonly #file: HistoryFile | null;
  readonly #session: number;
  #entries: Entry[] = [];
  #characters = 0;

  /** @param file where history outlives the kernel; null: nowhere */
  constructor(file: HistoryFile | null = null) {
    this.#file = file;
    const sessions = new Map<string, number>();
    const byLine = new Map<string, Entry>();
    for (const record of file?.read() ?? []) {
      const session = sessions.get(record.session) ?? sessions.size + 1;
      sessions.set(record.session, session);
      const key = `${session}:${record.line}`;
      if ('input' in record) {
        const entry = { session, line: record.line, input: record.input, output: null };
        byLine.set(key, entry);
        this.#keep(entry);
      } else {
        const entry = byLine.get(key);
        if (entry !== undefined) entry.output = record.output;
      }
    }
    this.#session = sessions.size + 1;
  }

  /** Keeps a cell's text; values that its magics give to secrets are left out. */
  add(line: number, code: string): void {
    const input = withoutSecrets(code);
    this.#keep({ session: this.#session, line, input, output: null });
    this.#file?.add({ session: this.#id, line, input });
  }

  setOutput(line: number, text: string): void {
    const entry = this.#entries.findLast(each => each.line === line && each.session === this.#session);
    if (entry === undefined) return;
    entry.output = text.slice(0, MOST_OUTPUT);
    this.#characters += entry.output.length;
    this.#file?.add({ session: this.#id, line, output: entry.output });
  }

  /** The `history` list of the reply: `[session, line, input]`, or `[session, line, [input, output]]` with `output`. */
  answer(request: JsonObject): unknown[] {
    const found = this.#find(request);
    return found.map(entry => [
      entry.session,
      entry.line,
      request.output === true ? [entry.input, entry.output] : entry.input,
    ]);
  }

  /** Resolves when everything is written. */
  async flushed(): Promise<void> {
    await this.#file?.flushed();
  }

  #keep(entry: Entry): void {
    this.#entries.push(entry);
    this.#characters += entry.input.length;
    if (this.#entries.length <= MOST_ENTRIES && this.#characters <= MOST_CHARACTERS) return;
    this.#entries = this.#entries.slice(Math.ceil(this.#entries.length / 4));
    this.#characters = this.#entries.reduce(
      (sum, { input, output }) => sum + input.length + (output?.length ?? 0),
      0,
    );
  }

  #find(request: JsonObject): readonly Entry[] {
    const count = typeof request.n === 'number' && request.n > 0 ? request.n : Infinity;
    switch (request.hist_access_type) {
      case 'tail':
        return this.#entries.slice(-count);
      case 'range':
        return this.#range(request);
      case 'search': {
        const pattern = typeof request.pattern === 'string' ? request.pattern : '*';
        const found = this.#entries.filter(entry => matchesGlob(pattern, entry.input));
        return (request.unique === true ? lastOfEach(found) : found).slice(-count);
      }
      default:
        return [];
    }
  }

  #range(request: JsonObject): readonly Entry[] {
    // Session 0 is the current one, negative numbers count back from it.
    const asked = typeof request.session === 'number' ? request.session : 0;
    const session = asked > 0 ? asked : this.#session + asked;
    const start = typeof request.start === 'number' ? request.start : 1;
    const stop = typeof request.stop === 'number' ? request.stop : Infinity;
    return this.#entries.filter(
      entry => entry.session === session && entry.line >= start && entry.line < stop,
    );
  }
}

function lastOfEach(entries: readonly Entry[]): Entry[] {
  const last = new Map(entries.map(entry => [entry.input, entry]));
  return entries.filter(entry => last.get(entry.input) === entry);
}
