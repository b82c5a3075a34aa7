import type { JsonObject } from './message.js';

interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}

/** The kernel's one history session: it lives as long as the kernel. */
const SESSION = 1;

/** What has been executed, for `history_request`. */
export class History {
  readonly #entries: Entry[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
  }

  setOutput(line: number, output: string): void {
    const entry = this.#entries.findLast(each => each.line === line);
    if (entry !== undefined) entry.output = output;
  }

  /** The `history` list of the reply: `[session, line, input]`, or `[session, line, [input, output]]` with `output`. */
  answer(request: JsonObject): unknown[] {
    const found = this.#find(request);
    return found.map(entry => [
      SESSION,
      entry.line,
      request.output === true ? [entry.input, entry.output] : entry.input,
    ]);
  }

  #find(request: JsonObject): readonly Entry[] {
    const count = typeof request.n === 'number' && request.n > 0 ? request.n : Infinity;
    switch (request.hist_access_type) {
      case 'tail':
        return this.#entries.slice(-count);
      case 'range':
        return this.#range(request);
      case 'search': {
        const matches = glob(typeof request.pattern === 'string' ? request.pattern : '*');
        const found = this.#entries.filter(entry => matches.test(entry.input));
        return (request.unique === true ? lastOfEach(found) : found).slice(-count);
      }
      default:
        return [];
    }
  }

  #range(request: JsonObject): readonly Entry[] {
    // Session 0 is the current one, negative numbers count back from it.
    if (request.session !== 0 && request.session !== SESSION) return [];
    const start = typeof request.start === 'number' ? request.start : 1;
    const stop = typeof request.stop === 'number' ? request.stop : Infinity;
    return this.#entries.filter(entry => entry.line >= start && entry.line < stop);
  }
}

function lastOfEach(entries: readonly Entry[]): Entry[] {
  const last = new Map(entries.map(entry => [entry.input, entry]));
  return entries.filter(entry => last.get(entry.input) === entry);
}

/** A pattern with `*` and `?`, matched against the whole input. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
