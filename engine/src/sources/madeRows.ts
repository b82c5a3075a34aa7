import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { START_OF_TIME } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import { sameType, typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import { newCounters } from './counters.js';
import { SourceError } from './error.js';
import { noColumn, withEventTime } from './eventTime.js';
import { MarkMaker } from './marks.js';
import type { OpenSource, SourceReader, SourceRequest } from './source.js';

/** A column of rows that are made up. */
export interface MadeColumn {
  readonly field: Field;
  /** The texts of a string column, whose lane holds places in this list. */
  readonly texts?: readonly string[];
}

/** Where the values of a column are put: whole numbers and times as float64, places of texts as int32. */
export interface MadeLane {
  readonly data: Float64Array | Int32Array;
  /** A byte a row, of a column that may be NULL. */
  readonly valid: Uint8Array | null;
}

/** Makes rows one after the other: the same ones, however many are asked for at a time. */
export interface RowMaker {
  /** Puts up to `count` rows into lanes, one a column, and returns how many; 0 at the end. */
  make(count: number, lanes: readonly MadeLane[]): number;
}

/** What a made-up source is: its columns, the first of which is the time in microseconds, and how its rows are made. */
export interface MadeSource {
  /** What errors call it. */
  readonly label: string;
  readonly columns: readonly MadeColumn[];
  readonly seed: number;
  /** How many rows there will be, where that is known. */
  readonly rows: number | null;
  readonly firstTime: EventTime;
  readonly lastTime: EventTime;
  /** How far rows lag behind the latest before them at most, in microseconds. */
  readonly disorderUs: number;
  maker(): RowMaker;
}

/** A source of rows that are made up, which can be read any number of times. */
export function openMade(made: MadeSource, request: SourceRequest): OpenSource {
  const chosen =
    request.fields === null
      ? made.columns.map(({ field }) => field)
      : request.fields.map(field => ownField(made, field));
  const { fields, time } = withEventTime(made.label, chosen, request.time);
  const boundUs = request.time?.boundUs ?? made.disorderUs;
  const dictionaries = made.columns.map(({ texts }) => {
    if (texts === undefined) return null;
    const dictionary = new Dictionary();
    for (const text of texts) dictionary.intern(text);
    return dictionary;
  });
  return {
    summary: {
      name: request.name,
      fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: request.time?.boundUs == null ? ('sample' as const) : ('declared' as const),
      rows: made.rows,
      firstTime: made.firstTime,
      lastTime: made.lastTime,
      notes: [`made up from seed ${made.seed}`],
    },
    live: false,
    read: () => new MadeReader(made, fields, dictionaries, time === null ? null : boundUs),
    close: () => Promise.resolve(),
  };
}

/** The source's own column that a declared one names. */
function ownField({ label, columns }: MadeSource, field: Field): Field {
  const own = columns.find(each => each.field.name === field.name)?.field;
  if (own === undefined)
    throw noColumn(
      label,
      field.name,
      columns.map(each => each.field.name),
    );
  if (sameType(own.type, field.type)) return own;
  throw new SourceError(
    'MR3404',
    `column '${field.name}' of ${label} is ${typeName(own.type)}, not ${typeName(field.type)}.`,
    'Declare it as it is, and cast it later.',
  );
}

/** Lanes of so many rows for columns. */
export function makeLanes(columns: readonly MadeColumn[], rows: number): MadeLane[] {
  return columns.map(({ field, texts }) => ({
    data: texts === undefined && field.type.kind !== 'int32' ? new Float64Array(rows) : new Int32Array(rows),
    valid: field.nullable ? new Uint8Array(rows) : null,
  }));
}

class MadeReader implements SourceReader {
  readonly counters = newCounters();
  readonly #maker: RowMaker;
  readonly #marks: MarkMaker | null;
  /** Rows in order without a bound are their own marks. */
  readonly #inOrder: boolean;
  #capacity = 0;
  #lanes: MadeLane[] = [];
  #columns: Column[] = [];

  constructor(
    private readonly made: MadeSource,
    private readonly fields: readonly Field[],
    private readonly dictionaries: readonly (Dictionary | null)[],
    /** The bound of the watermark, or null where nothing is event time. */
    boundUs: number | null,
  ) {
    this.#maker = made.maker();
    this.#marks = boundUs === null ? null : new MarkMaker('us', boundUs);
    this.#inOrder = boundUs === 0 && made.disorderUs === 0;
  }

  next(maxRows: number): Promise<Batch | null> {
    this.#reserve(maxRows);
    const length = this.#maker.make(maxRows, this.#lanes);
    if (length === 0) return Promise.resolve(null);
    this.counters.rows += length;
    const marks = this.#marksOf(length);
    return Promise.resolve({
      schema: { fields: this.fields },
      length,
      columns: this.#columns,
      kinds: null,
      marks,
      watermark: marks === null ? START_OF_TIME : marks[length - 1],
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #marksOf(length: number): Float64Array | null {
    if (this.#marks === null) return null;
    const { data } = this.#lanes[0];
    if (this.#inOrder && data instanceof Float64Array) return data;
    return this.#marks.marks({ type: this.fields[0].type, data, valid: null, dictionary: null }, length);
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    const { columns } = this.made;
    this.#lanes = makeLanes(columns, rows);
    this.#columns = this.fields.map(field => {
      const at = columns.findIndex(each => each.field.name === field.name);
      return { type: field.type, ...this.#lanes[at], dictionary: this.dictionaries[at] };
    });
  }
}
