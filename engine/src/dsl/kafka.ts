import type { Temporal } from 'temporal-polyfill';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import type { FileSink } from './files.js';
import type { Flat } from './kinds.js';
import { liveStream } from './liveStream.js';
import type { LiveOptions, WithReceived } from './liveStream.js';
import type { Secret } from './secret.js';
import type { Stream } from './stream.js';
import type { AnyRow } from './types.js';

/** Where a topic is. */
export interface KafkaPlace {
  /** Where brokers are: `['localhost:9092']`. */
  readonly brokers: string | readonly string[];
  readonly topic: string;
  /** An encrypted connection. */
  readonly tls?: boolean;
  readonly username?: string | Secret;
  readonly password?: string | Secret;
  /** How the password is shown (`'plain'`). */
  readonly mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512';
}

/** Columns that tell of a record, by the names that they are to have. */
export interface KafkaMetadata {
  /** The record's key, as text. */
  readonly key?: string;
  /** The record's time, in milliseconds. */
  readonly timestamp?: string;
  readonly partition?: string;
  readonly offset?: string;
  /** Whether it is a deletion (a record without a value): its row has the columns of the key, which is JSON, and NULL in the others. */
  readonly deleted?: string;
}

interface MetadataTypes {
  readonly key: string | null;
  readonly timestamp: Temporal.Instant;
  readonly partition: number;
  readonly offset: number;
  readonly deleted: boolean;
}

/** Rows with the columns that tell of their records. */
type WithMetadata<Row, Metadata extends KafkaMetadata> = [keyof Metadata] extends [never]
  ? Row
  : Flat<
      Row & {
        readonly [
          Kind in keyof Metadata & keyof MetadataTypes as Metadata[Kind] & string
        ]: MetadataTypes[Kind];
      }
    >;

/** How a topic is read. */
export interface KafkaOptions<Row, Metadata extends KafkaMetadata, Received extends string = never>
  extends KafkaPlace, Omit<LiveOptions<Row, Received>, 'time' | 'sequence' | 'gaps' | 'whenFull'> {
  /** The event time: a column of the rows, or of `metadata`. */
  readonly time?: (keyof NoInfer<Row> & string) | NoInfer<Metadata>[keyof Metadata] | NoInfer<Received>;
  readonly sequence?: (keyof NoInfer<Row> & string) | NoInfer<Metadata>[keyof Metadata];
  /** The consumer group: its members share the partitions, and go on where it stopped. Not given: all partitions are read, and nothing is committed. */
  readonly group?: string;
  /** Where reading begins, where the group has not been (`'latest'`): a time, or offsets by partition. */
  readonly from?: 'earliest' | 'latest' | (string & {}) | Readonly<Record<number, number | string>>;
  /** `'end'`: the stream ends where the topic ended when it was opened. */
  readonly until?: 'end';
  /** How values are read (`'json'`). */
  readonly decode?: 'json' | 'avro';
  /** Of Avro: the schema of values, as data or text; or those that values name by an id behind a zero byte. */
  readonly avro?: object | string;
  readonly schemas?: Readonly<Record<number, object | string>>;
  /** The address of a schema registry as Confluent's, which knows the schemas by their ids. */
  readonly registry?: string | Secret;
  /** More columns: of the records themselves. */
  readonly metadata?: Metadata;
  /** A partition that is silent for so long does not hold the watermark (`'10 s'`). */
  readonly idlePartition?: DurationText;
}

/** How a topic is written. */
export interface KafkaTopicOptions extends KafkaPlace {
  /** The columns of records' keys, which are JSON objects. Not given: records of `'append'` have none, those of `'upsert'` the columns that name one row. */
  readonly key?: string | readonly string[];
  /** `'append'` (not given): each row is a record. `'upsert'`: a row takes the place of the one of its key, and a row that goes is a record without a value. */
  readonly mode?: 'append' | 'upsert';
  /**
   * A name by which rows are known in the topic, so that the same write in a later session goes on behind them: for inputs that give the same rows again. For
   * `'append'`.
   */
  readonly resume?: string;
}

/**
 * Rows of the records of a Kafka topic, in order within each partition: the watermark is that of the partition which has come least far. Offsets are committed once
 * rows have been taken, so that after a crash some may come again to the group, and none is lost. Within one stream no record comes twice.
 *
 * @throws MillraceError `MR1755` for what is no topic; when it is read `MR3971` to `MR3975` for options that cannot be, `MR3502` where no record comes to infer columns from
 * @example
 * const trades = kafka({
 *   brokers: ['localhost:9092'], topic: 'trades', from: 'earliest', schema: Trade, time: 'ts', watermark: '1 s', metadata: { offset: 'offset' },
 * });
 */
export function kafka<
  Row = AnyRow,
  const Metadata extends KafkaMetadata = Record<never, never>,
  const Received extends string = never,
>(
  options: KafkaOptions<Row, Metadata, Received>,
): Stream<WithReceived<WithMetadata<Row, Metadata>, Received>> {
  const { group, from, until, decode, avro, schemas, registry, metadata, idlePartition, ...rest } = options;
  const own = {
    ...placeOf('kafka', rest),
    decode: 'kafka',
    value: decode,
    ...{ group, from, until, avro, schemas, registry, metadata },
    idleUs:
      idlePartition === undefined ? undefined : parseDuration(idlePartition, 'the silence of a partition'),
  };
  const live = rest as unknown as LiveOptions<AnyRow, Received>;
  return liveStream('kafka', rest.topic, own, live) as unknown as Stream<
    WithReceived<WithMetadata<Row, Metadata>, Received>
  >;
}

/**
 * A topic to write: JSON objects, in requests of many, acknowledged by all replicas. What a broker does not take is kept and written again. A row may be written twice
 * where a request's answer was lost or the engine died, never lost: its header `millrace-id` is the same then, by which readers drop the second.
 *
 * @throws MillraceError `MR1755` for what is no topic; when the write begins `MR3976` (no topic, no broker), `MR3977` (no key)
 * @example await bars.writeTo(kafkaTopic({ brokers: ['localhost:9092'], topic: 'bars', mode: 'upsert' }))
 */
export function kafkaTopic(options: KafkaTopicOptions): FileSink {
  const { key, mode, resume } = options;
  if (resume !== undefined && mode === 'upsert') {
    throw new MillraceError(
      'MR1756',
      'resume counts rows that are appended; upserts may be written again anyway.',
      "Leave resume out, or write mode: 'append'.",
    );
  }
  const all = {
    ...placeOf('kafkaTopic', options),
    ...{ mode, resume },
    key: key === undefined ? undefined : typeof key === 'string' ? [key] : [...key],
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const sink = { sink: 'kafka', ...(mode === 'upsert' ? { emit: 'changes' as const } : {}) } as FileSink;
  // Somebody may have written a password there.
  return Object.defineProperty(sink, 'options', { value: given, enumerable: false });
}

function placeOf(name: string, options: KafkaPlace): Readonly<Record<string, unknown>> {
  const { brokers, topic, tls, username, password, mechanism } = options;
  if (typeof topic !== 'string' || topic === '' || brokers === undefined || brokers.length === 0) {
    throw new MillraceError(
      'MR1755',
      `${name}() needs brokers and a topic.`,
      `Write ${name}({ brokers: ['localhost:9092'], topic: 'trades' }).`,
    );
  }
  return {
    brokers: typeof brokers === 'string' ? [brokers] : [...brokers],
    ...{ topic, tls, username, password, mechanism },
  };
}
