import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, type Field } from '../columns/types.js';
import { MapReduceError } from './mapReduceError.js';
import type { SentColumn } from './mapReduceTasks.js';

/** Past so many texts a column's texts are sent with each piece of its rows, and not kept: most of them come once. */
const MOST_KEPT_TEXTS = 65_536;

/** One text column on its way to one thread: which texts that thread has. */
export class TextSender {
  #dictionary: Dictionary | null = null;
  /** The thread's number of each code, and 1; 0: it does not know the text. */
  #numbers = new Int32Array(0);
  #next = 1;
  /** Whether texts are sent with each piece, and not kept. */
  #isPassing = false;

  /** The rows [from, to) of a column, as the thread takes them. */
  send({ data, valid, dictionary }: Column, from: number, to: number): SentColumn {
    const own = dictionary as Dictionary;
    const isOther = this.#dictionary !== own;
    const anew = isOther || this.#isPassing;
    if (isOther) {
      this.#next = 1;
      this.#numbers = new Int32Array(own.size);
      this.#isPassing = false;
    } else if (this.#numbers.length < own.size) {
      const numbers = new Int32Array(2 * own.size);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#dictionary = own;
    const numbers = this.#numbers;
    const sent: number[] = [];
    const codes = new Int32Array(to - from);
    for (let row = from; row < to; row++) {
      if (valid !== null && valid[row] === 0) continue;
      const code = data[row] as number;
      if (numbers[code] === 0) {
        numbers[code] = this.#next++;
        sent.push(code);
      }
      codes[row - from] = numbers[code] - 1;
    }
    const texts = sent.map(code => own.at(code));
    if (own.size > MOST_KEPT_TEXTS) this.#forget(sent);
    return { data: codes, valid: valid?.slice(from, to) ?? null, texts, anew };
  }

  /** The next piece's texts are sent with it, whatever has been sent before. */
  #forget(codes: readonly number[]): void {
    if (!this.#isPassing) this.#numbers.fill(0);
    this.#isPassing = true;
    for (const code of codes) this.#numbers[code] = 0;
    this.#next = 1;
  }
}

/** A column without text. */
export function sendColumn({ data, valid }: Column, from: number, to: number): SentColumn {
  return { data: data.slice(from, to), valid: valid?.slice(from, to) ?? null, texts: null, anew: false };
}

/** The receiving end: columns as they were sent, with the texts that have come so far. */
export class ColumnReceiver {
  readonly #dictionaries: (Dictionary | null)[];

  constructor(readonly fields: readonly Field[]) {
    this.#dictionaries = fields.map(() => null);
  }

  receive(columns: readonly SentColumn[]): Column[] {
    return columns.map(({ data, valid, texts, anew }, k) => {
      const { name, type } = this.fields[k];
      if (!hasDictionary(type)) {
        return {
          type,
          data: data instanceof BigInt64Array ? narrowed(data, valid, name) : data,
          valid,
          dictionary: null,
        };
      }
      let dictionary = this.#dictionaries[k];
      if (anew || dictionary === null) this.#dictionaries[k] = dictionary = new Dictionary();
      for (const text of texts as readonly string[]) dictionary.intern(text);
      return { type, data, valid, dictionary };
    });
  }
}

/** Integers as the numbers that functions of the user's take. */
function narrowed(data: BigInt64Array, valid: Uint8Array | null, name: string): Float64Array {
  return Float64Array.from(data, (value, row) => {
    const number = Number(value);
    if (Number.isSafeInteger(number) || valid?.[row] === 0) return number;
    throw new MapReduceError(
      'MR2207',
      `the functions of mapReduce() cannot take ${value} of '${name}', which a number cannot hold exactly.`,
      `Cast the column to string or float64 first.`,
    );
  });
}
