import { AvroBytes, AvroFault } from '../codecs/avroBytes.js';
import { AvroRowReader } from '../codecs/avroRow.js';
import { avroFields, parseAvroSchema } from '../codecs/avroSchema.js';
import type { RejectRow } from '../codecs/decoder.js';
import { JsonMessageDecoder } from '../codecs/jsonMessage.js';
import type { BatchBuilder, ColumnBuilder } from '../columns/builder.js';
import type { Schema } from '../columns/schema.js';
import { BOOLEAN, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { Field, TimeUnit } from '../columns/types.js';
import type { Arrival, ArrivalDecoder, ArrivalFormat, RowMarks } from './arrival.js';
import { KafkaFrameReader } from './kafkaFrames.js';
import type { KafkaRecord } from './kafkaFrames.js';
import { choiceOption, numberOption } from './options.js';
import type { Options } from './options.js';
import { PartitionMarks, PartitionRows } from './partitionMarks.js';

const text = new TextDecoder();
const REJECT_BYTES = 1000;
/** The columns that tell of a record, in the order in which they are behind those of its value. */
const METADATA: readonly Field[] = [
  { name: 'key', type: STRING, nullable: true },
  { name: 'timestamp', type: timestampType('ms'), nullable: false },
  { name: 'partition', type: INT32, nullable: false },
  { name: 'offset', type: INT64, nullable: false },
  { name: 'deleted', type: BOOLEAN, nullable: false },
];

/**
 * Records of Kafka. Options: `value` ('json' or 'avro'), `avro` (the schema), `metadata` (names of columns: `key`, `timestamp`, `partition`, `offset`,
 * `deleted`), `idleUs` (a partition that says nothing for so long does not hold the watermark; 10 s).
 */
export const kafkaArrivals: ArrivalFormat = {
  name: 'kafka',
  fields: options => (options.avro === undefined ? null : avroFields(parseAvroSchema(options.avro))),
  more: metadataFields,
  plain: frames => {
    const values: string[] = [];
    const reader = new KafkaFrameReader({ partitions: () => undefined, schema: () => undefined });
    reader.begin(frames);
    for (let record = reader.next(); record !== null && values.length < 2000; record = reader.next())
      if (record.value !== null) values.push(text.decode(record.value));
    // What is no JSON is not looked at: it ends the list.
    return values.length === 0 ? null : new TextEncoder().encode(`[${values.filter(isObject).join(',')}]`);
  },
  count: frames => {
    let records = 0;
    const reader = new KafkaFrameReader({ partitions: () => undefined, schema: () => undefined });
    for (reader.begin(frames); reader.next() !== null;) records++;
    return records;
  },
  decoder: (schema, options, reject) => new KafkaDecoder(schema, options, reject),
};

function isObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

function metadataNames({ metadata = {} }: Options): Readonly<Record<string, unknown>> {
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {};
}

function metadataFields(options: Options): readonly Field[] {
  const names = metadataNames(options);
  return METADATA.flatMap(field => {
    const name = names[field.name];
    return typeof name === 'string' ? [{ ...field, name }] : [];
  });
}

/** Reads the values of records into columns. */
class KafkaDecoder implements ArrivalDecoder {
  #isOpen = false;
  #atUs = 0;
  #records = 0;
  readonly #frames: KafkaFrameReader;
  readonly #values: ValueReader;
  readonly #rows: PartitionRows;
  /** The kinds of metadata that are columns, from `#first` on. */
  readonly #kinds: readonly string[];
  readonly #first: number;
  readonly #tellsDeleted: boolean;
  #record: KafkaRecord | null = null;

  constructor(
    schema: Schema,
    options: Options,
    private readonly reject: RejectRow,
  ) {
    const names = metadataNames(options);
    this.#kinds = METADATA.map(field => field.name).filter(name => typeof names[name] === 'string');
    this.#first = schema.fields.length - this.#kinds.length;
    this.#tellsDeleted = this.#kinds.includes('deleted');
    this.#rows = new PartitionRows(numberOption(options, 'idleUs', 10e6));
    const own = { fields: schema.fields.slice(0, this.#first) };
    const refuse = (reason: string, value: Uint8Array) => this.#refuse(reason, value);
    this.#values =
      choiceOption(options, 'value', ['json', 'avro'], 'json') === 'avro'
        ? new AvroValues(own, options, refuse)
        : new JsonValues(own, refuse);
    this.#frames = new KafkaFrameReader({
      partitions: partitions => this.#rows.assign(partitions, this.#atUs),
      schema: (id, avro) => this.#values.learn?.(id, avro),
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  begin(arrival: Arrival): void {
    if (arrival.kind !== 'message') return;
    this.#atUs = arrival.atUs;
    // Copied: the rest of it may be read after the arrival's bytes are somebody else's.
    this.#frames.begin(arrival.bytes.slice());
    this.#isOpen = true;
  }

  read(out: BatchBuilder): void {
    while (out.length < out.limit) {
      if (this.#record === null || !this.#values.isOpen) {
        this.#record = this.#frames.next();
        if (this.#record === null) {
          this.#isOpen = false;
          return;
        }
        this.#records++;
        if (!this.#beginValue(this.#record)) continue;
      }
      const from = out.length;
      this.#values.read(out);
      for (let row = from; row < out.length; row++) {
        this.#rows.add(row, this.#record.partition, this.#atUs);
        for (let i = 0; i < this.#kinds.length; i++)
          this.#tell(this.#kinds[i], out.columns[this.#first + i], row, this.#record);
      }
    }
  }

  rowMarks(unit: TimeUnit, boundUs: number): RowMarks {
    return new PartitionMarks(unit, boundUs, this.#rows);
  }

  /** Begins the value of a record, or of one that is deleted its key; false where neither gives a row. */
  #beginValue({ key, value }: KafkaRecord): boolean {
    if (value !== null) {
      this.#values.begin(value);
      return true;
    }
    if (this.#tellsDeleted && key !== null) {
      this.#values.beginKey(key);
      return true;
    }
    const reason = "a record without a value: { metadata: { deleted: 'gone' } } makes a row of its key";
    this.reject(this.#records, reason, key === null ? '' : text.decode(key.subarray(0, REJECT_BYTES)));
    return false;
  }

  #refuse(reason: string, value: Uint8Array): void {
    const record = this.#record;
    const place = record === null ? '' : ` (partition ${record.partition}, offset ${record.offset})`;
    this.reject(this.#records, `${reason}${place}`, text.decode(value.subarray(0, REJECT_BYTES)));
  }

  #tell(kind: string, column: ColumnBuilder, row: number, record: KafkaRecord): void {
    switch (kind) {
      case 'key':
        if (record.key === null) column.setNull(row);
        else column.setString(row, text.decode(record.key));
        return;
      case 'timestamp':
        column.setBigint(row, record.timestampMs);
        return;
      case 'partition':
        column.setNumber(row, record.partition);
        return;
      case 'offset':
        column.setBigint(row, record.offset);
        return;
      default:
        column.setNumber(row, record.value === null ? 1 : 0);
    }
  }
}

/** Reads values, one at a time, into the first columns. */
interface ValueReader {
  readonly isOpen: boolean;
  begin(value: Uint8Array): void;
  /** Begins the key of a record that is deleted. */
  beginKey(key: Uint8Array): void;
  read(out: BatchBuilder): void;
  learn?(id: number, schema: string): void;
}

type Refuse = (reason: string, value: Uint8Array) => void;

class JsonValues implements ValueReader {
  readonly #decoder: JsonMessageDecoder;

  constructor(schema: Schema, refuse: Refuse) {
    const encoder = new TextEncoder();
    this.#decoder = new JsonMessageDecoder(schema, (_position, reason, row) =>
      refuse(reason, encoder.encode(row)),
    );
  }

  get isOpen(): boolean {
    return this.#decoder.isOpen;
  }

  begin(value: Uint8Array): void {
    this.#decoder.begin(value);
  }

  beginKey(key: Uint8Array): void {
    this.#decoder.begin(key);
  }

  read(out: BatchBuilder): void {
    this.#decoder.read(out);
  }
}

/** Values of Avro: of one schema, or behind a zero byte and the id of theirs, as Confluent's registry has it. */
class AvroValues implements ValueReader {
  isOpen = false;
  readonly #bytes = new AvroBytes();
  readonly #readers = new Map<number, AvroRowReader | string>();
  readonly #plain: AvroRowReader | null;
  readonly #keys: JsonValues;
  #value: Uint8Array = new Uint8Array(0);
  #isKey = false;

  constructor(
    private readonly schema: Schema,
    options: Options,
    private readonly refuse: Refuse,
  ) {
    this.#keys = new JsonValues(schema, refuse);
    const isFramed = options.registry !== undefined || options.schemas !== undefined;
    this.#plain = isFramed ? null : new AvroRowReader(parseAvroSchema(options.avro), schema, this.#bytes);
    for (const [id, avro] of Object.entries((options.schemas as Record<string, unknown> | undefined) ?? {}))
      this.learn(Number(id), avro);
  }

  learn(id: number, schema: unknown): void {
    try {
      this.#readers.set(id, new AvroRowReader(parseAvroSchema(schema), this.schema, this.#bytes));
    } catch (error) {
      this.#readers.set(id, error instanceof Error ? error.message : String(error));
    }
  }

  begin(value: Uint8Array): void {
    this.#value = value;
    this.#isKey = false;
    this.isOpen = true;
  }

  beginKey(key: Uint8Array): void {
    this.#keys.begin(key);
    this.#isKey = true;
    this.isOpen = this.#keys.isOpen;
  }

  read(out: BatchBuilder): void {
    if (this.#isKey) {
      this.#keys.read(out);
      this.isOpen = this.#keys.isOpen;
      return;
    }
    this.isOpen = false;
    try {
      this.#reader().read(out);
      out.length++;
    } catch (error) {
      if (!(error instanceof AvroFault)) throw error;
      this.refuse(`no Avro of its schema: ${error.message}`, this.#value);
    }
  }

  #reader(): AvroRowReader {
    const value = this.#value;
    if (this.#plain !== null) {
      this.#bytes.begin(value, 0, value.length);
      return this.#plain;
    }
    if (value.length < 5 || value[0] !== 0) throw new AvroFault('it does not begin with the id of a schema');
    const id = new DataView(value.buffer, value.byteOffset).getInt32(1);
    const reader = this.#readers.get(id);
    if (reader === undefined) throw new AvroFault(`there is no schema ${id}`);
    if (typeof reader === 'string') throw new AvroFault(`schema ${id}: ${reader}`);
    this.#bytes.begin(value, 5, value.length);
    return reader;
  }
}
