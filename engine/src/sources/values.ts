import { decodeArrow } from '../codecs/arrow.js';
import type { DecodedArrow } from '../codecs/arrow.js';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { canonicalJson } from '../columns/json.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes } from '../columns/time.js';
import { JSON_TYPE, sameType, typeName } from '../columns/types.js';
import type { DataType, Field } from '../columns/types.js';
import { addReject, newCounters } from './counters.js';
import { SourceError } from './error.js';
import { noColumn, withEventTime } from './eventTime.js';
import type { EventTimeColumn } from './eventTime.js';
import { disorderOf, MarkMaker } from './marks.js';
import type { SourceConnector, SourceReader, SourceRequest } from './source.js';

/** Rows in memory. Option `arrow`: an Arrow IPC stream. A declared schema picks columns and must agree with their types. */
export const valuesConnector: SourceConnector = {
  name: 'values',
  open(request) {
    return Promise.resolve().then(() => openValues(request));
  },
};

function openValues(request: SourceRequest) {
  const { arrow } = request.options;
  if (!(arrow instanceof Uint8Array)) {
    throw new SourceError(
      'MR3301',
      `the rows of '${request.name}' are no Arrow IPC stream.`,
      'Write Table.of({ … }) or give { arrow: bytes }.',
    );
  }
  const decoded = decodeArrow(arrow);
  const label = `'${request.name}'`;
  const chosen = chooseColumns(label, decoded, request.fields);
  const { fields, time } = withEventTime(label, chosen.fields, request.time);
  const nulls = fields.map((field, i) => (field.nullable ? null : chosen.columns[i].valid));
  const rows = decoded.length;
  const times = time === null ? null : eventTimes(chosen.columns[time.index], time, rows);
  const disorder = times === null ? 0 : disorderOf(times, times.length);
  const boundUs = request.time?.boundUs ?? disorder;
  const declared = request.time?.boundUs !== undefined && request.time.boundUs !== null;
  return {
    summary: {
      name: request.name,
      fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: declared ? ('declared' as const) : ('sample' as const),
      rows,
      firstTime: times === null || times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      lastTime: times === null || times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
      notes: [],
    },
    live: false,
    read: () => new ValuesReader({ fields }, chosen.columns, rows, nulls, time, boundUs),
    close: () => Promise.resolve(),
  };
}

function chooseColumns(label: string, decoded: DecodedArrow, declared: readonly Field[] | null) {
  if (declared === null) return { fields: decoded.fields, columns: decoded.columns };
  const names = decoded.fields.map(field => field.name);
  const columns = declared.map(field => {
    const place = names.indexOf(field.name);
    if (place < 0) throw noColumn(label, field.name, names);
    const own = decoded.columns[place];
    if (sameType(own.type, field.type)) return own;
    if (own.type.kind === 'int64' && isTicks(field.type)) return { ...own, type: field.type };
    if (isTicks(own.type) && field.type.kind === 'int64') return { ...own, type: field.type };
    if (own.type.kind === 'string' && field.type.kind === 'json') return asJson(own, field.name, label);
    throw new SourceError(
      'MR3302',
      `column '${field.name}' of ${label} is ${typeName(own.type)}, not ${typeName(field.type)}.`,
      'Declare it as it is, and cast it later.',
    );
  });
  return { fields: declared, columns };
}

/** Whether a column counts ticks, so that integers can stand for its values. */
function isTicks(type: DataType): boolean {
  return type.kind === 'timestamp' || type.kind === 'duration';
}

/** A text column that holds JSON as a JSON column. */
function asJson(column: Column, name: string, label: string): Column {
  const dictionary = new Dictionary();
  const data = Int32Array.from(column.data as Int32Array, (code, row) => {
    if (column.valid !== null && column.valid[row] === 0) return 0;
    const text = column.dictionary!.at(code);
    const canonical = canonicalJson(text);
    if (canonical !== null) return dictionary.intern(canonical);
    throw new SourceError(
      'MR3303',
      `column '${name}' of ${label} holds text that is no JSON: ${text.slice(0, 80)}.`,
    );
  });
  return { type: JSON_TYPE, data, valid: column.valid, dictionary };
}

/** The event times of the rows that have one. */
function eventTimes(column: Column, time: EventTimeColumn, rows: number): Float64Array {
  const times = new Float64Array(rows);
  toEventTimes(column.data, time.unit, rows, times);
  const { valid } = column;
  return valid === null ? times : times.filter((_, row) => valid[row] === 1);
}

/** One reading of columns in memory: batches are windows on them. */
class ValuesReader implements SourceReader {
  readonly counters = newCounters();
  readonly #marks: MarkMaker | null;
  #row = 0;

  constructor(
    private readonly schema: Schema,
    private readonly columns: readonly Column[],
    private readonly rows: number,
    /** For each column that must have no NULL, which rows have a value. */
    private readonly needed: readonly (Uint8Array | null)[],
    private readonly time: EventTimeColumn | null,
    boundUs: number,
  ) {
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs);
  }

  next(maxRows: number): Promise<Batch | null> {
    while (this.#row < this.rows && !this.#isWhole(this.#row)) this.#row++;
    if (this.#row >= this.rows) return Promise.resolve(null);
    const from = this.#row;
    let to = Math.min(this.rows, from + maxRows);
    if (this.needed.some(valid => valid !== null)) {
      for (to = from + 1; to < this.rows && to - from < maxRows && this.#isWhole(to, false);) to++;
    }
    this.#row = to;
    const length = to - from;
    this.counters.rows += length;
    const columns = this.columns.map(column => ({
      ...column,
      data: column.data.subarray(from, to),
      valid: column.valid === null ? null : column.valid.subarray(from, to),
    }));
    const watermarkOf = this.#marks;
    const marks =
      watermarkOf === null || this.time === null ? null : watermarkOf.marks(columns[this.time.index], length);
    const watermark = watermarkOf === null ? START_OF_TIME : watermarkOf.watermark;
    return Promise.resolve({ schema: this.schema, length, columns, kinds: null, marks, watermark });
  }

  close(): Promise<void> {
    this.#row = this.rows;
    return Promise.resolve();
  }

  /** Whether a row has a value wherever it needs one; else it is rejected, once. */
  #isWhole(row: number, reject = true): boolean {
    const missing = this.needed.findIndex(valid => valid !== null && valid[row] === 0);
    if (missing < 0) return true;
    if (reject) {
      const { name } = this.schema.fields[missing];
      addReject(this.counters, row + 1, `column '${name}' has no value, and is not nullable`, '');
    }
    return false;
  }
}
