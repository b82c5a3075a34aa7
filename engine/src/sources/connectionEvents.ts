import { JsonMessageDecoder } from '../codecs/jsonMessage.js';
import { BatchBuilder, type ColumnBuilder } from '../columns/builder.js';
import { connectionEventFields } from '../columns/connectionEvents.js';
import { INT64, STRING, type Field } from '../columns/types.js';
import type { Arrival, ArrivalDecoder, ArrivalFormat } from './arrival.js';
import { SourceError } from './error.js';
import type { Options } from './options.js';
import { Sequences, type SequenceRange } from './sequences.js';

/** The columns of what happens to a connection. */
const FIELDS = connectionEventFields(true);
/** So many events wait to be read; those beyond are counted as rejects. */
const MOST_WAITING = 1 << 16;
const ROWS = 1024;
const decoder = new TextDecoder();

/** Where the numbers of messages are, and what they run through. */
interface GapOptions extends SequenceRange {
  readonly sequence: string;
  readonly by: readonly string[];
}

/** The option `gaps`: `{ sequence, by, first, last }`; null where it is not given. Error `MR3508`. */
function gapOptions({ gaps }: Options): GapOptions | null {
  if (gaps === undefined || gaps === null) return null;
  const { sequence, by = [], first = 0, last = null } = gaps as Record<string, unknown>;
  const names = typeof by === 'string' ? [by] : by;
  const areNumbers = Number.isSafeInteger(first) && (last === null || Number.isSafeInteger(last));
  if (
    typeof sequence !== 'string' ||
    !Array.isArray(names) ||
    !names.every(name => typeof name === 'string') ||
    !areNumbers ||
    (last !== null && (last as number) <= (first as number))
  ) {
    throw new SourceError(
      'MR3508',
      `option 'gaps' is ${JSON.stringify(gaps).slice(0, 80)}.`,
      "Write { sequence: 'seq', by: ['symbol'] }; where numbers begin anew after one, also { first: 0, last: 65535 }.",
    );
  }
  return { sequence, by: names as string[], first: first as number, last: last as number | null };
}

interface Happening {
  readonly atUs: number;
  readonly event: string;
  readonly key: string | null;
  readonly expected: number | bigint | null;
  readonly got: number | bigint | null;
  readonly missing: number | null;
  readonly reason: string | null;
}

/**
 * What happens to a connection, as rows: `connected`, `disconnected`, and of messages that are numbered (option `gaps`) `gap`, `late` (a missing one
 * came after all) and `reset` (the numbers began anew). It looks at each message as it comes, before any is dropped.
 */
export const connectionEvents: ArrivalFormat = {
  name: 'events',
  atOnce: true,
  missing: 'missing',
  fields: () => FIELDS,
  decoder: (_schema, options, reject) => new EventDecoder(gapOptions(options), reject),
};

class EventDecoder implements ArrivalDecoder {
  readonly #waiting: Happening[] = [];
  #head = 0;
  readonly #numbers: NumberReader | null;
  #atUs = 0;

  constructor(
    gaps: GapOptions | null,
    private readonly reject: (position: number, reason: string, text: string) => void,
  ) {
    this.#numbers =
      gaps === null
        ? null
        : new NumberReader(
            gaps,
            new Sequences(gaps, event => this.#happened({ ...event, atUs: this.#atUs, reason: null })),
          );
  }

  get isOpen(): boolean {
    return this.#head < this.#waiting.length;
  }

  /** Unlike others it may be given an arrival while it is open: what happened waits. */
  begin({ kind, atUs, bytes }: Arrival): void {
    this.#atUs = atUs;
    if (kind === 'message') {
      this.#numbers?.see(bytes);
      return;
    }
    if (kind === 'opened') this.#numbers?.connected();
    const event = kind === 'opened' ? 'connected' : 'disconnected';
    const reason = decoder.decode(bytes);
    this.#happened({ atUs, event, key: null, expected: null, got: null, missing: null, reason });
  }

  read(out: BatchBuilder): void {
    const waiting = this.#waiting;
    const [at, event, key, expected, got, missing, reason] = out.columns;
    while (this.#head < waiting.length && out.length < out.limit) {
      const row = out.length++;
      const happening = waiting[this.#head++];
      at.setInteger(row, happening.atUs);
      event.setString(row, happening.event);
      setText(key, row, happening.key);
      setInteger(expected, row, happening.expected);
      setInteger(got, row, happening.got);
      setInteger(missing, row, happening.missing);
      setText(reason, row, happening.reason);
    }
    if (this.#head < waiting.length) return;
    waiting.length = 0;
    this.#head = 0;
  }

  #happened(happening: Happening): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(happening);
    else this.reject(0, `more than ${MOST_WAITING} events that nobody has read`, happening.event);
  }
}

/** Reads the numbers of JSON messages, and the keys beside them. What has no number tells nothing. */
class NumberReader {
  readonly #fields: readonly Field[];
  readonly #decoder: JsonMessageDecoder;
  #builder: BatchBuilder;

  constructor(
    { sequence, by }: GapOptions,
    private readonly sequences: Sequences,
  ) {
    const texts = by.map(name => ({ name, type: STRING, nullable: true }));
    this.#fields = [{ name: sequence, type: INT64, nullable: true }, ...texts];
    this.#decoder = new JsonMessageDecoder({ fields: this.#fields }, () => undefined);
    this.#builder = new BatchBuilder({ fields: this.#fields }, ROWS);
  }

  connected(): void {
    this.sequences.connected();
  }

  see(message: Uint8Array): void {
    if (this.#builder.isLarge) this.#builder = new BatchBuilder({ fields: this.#fields }, ROWS);
    const builder = this.#builder;
    this.#decoder.begin(message);
    while (this.#decoder.isOpen) {
      builder.begin(ROWS);
      this.#decoder.read(builder);
      this.#seeRows(builder);
    }
  }

  #seeRows({ columns: [numbers, ...keys], length }: BatchBuilder): void {
    for (let row = 0; row < length; row++) {
      if (numbers.hasNull && numbers.valid[row] === 0) continue;
      const number = numbers.isWide ? (numbers.wide as BigInt64Array)[row] : numbers.floats[row];
      const safe = Number(number);
      this.sequences.see(keyOf(keys, row), Number.isSafeInteger(safe) ? safe : number);
    }
  }
}

/** The values of the key's columns as one text; null where there are none. */
function keyOf(keys: readonly ColumnBuilder[], row: number): string | null {
  if (keys.length === 1) return textAt(keys[0], row);
  return keys.length === 0 ? null : keys.map(key => textAt(key, row) ?? '').join(' / ');
}

function textAt({ hasNull, valid, ints, interner }: ColumnBuilder, row: number): string | null {
  return (hasNull && valid[row] === 0) || interner === null ? null : interner.dictionary.at(ints[row]);
}

function setText(column: ColumnBuilder, row: number, value: string | null): void {
  if (value === null) column.setNull(row);
  else column.setString(row, value);
}

function setInteger(column: ColumnBuilder, row: number, value: number | bigint | null): void {
  if (value === null) column.setNull(row);
  else if (typeof value === 'bigint' || !Number.isSafeInteger(value))
    column.setBigint(row, clamp(BigInt(value)));
  else column.setInteger(row, value);
}

/** The nearest number of 64 bits. */
function clamp(value: bigint): bigint {
  const most = 2n ** 63n - 1n;
  return value > most ? most : value < -most ? -most : value;
}
