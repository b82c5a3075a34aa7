import { ProduceAcks } from '@platformatic/kafka';
import type { MessageToProduce } from '@platformatic/kafka';
import { ndjsonEncoding } from '../../codecs/textEncode.js';
import type { TextEncoding } from '../../codecs/textEncode.js';
import { RowKind } from '../../columns/batch.js';
import type { Batch } from '../../columns/batch.js';
import type { Schema } from '../../columns/schema.js';
import { TransientSinkError } from '../../sinks/error.js';
import type { OpenSink, SinkConnector, SinkRequest } from '../../sinks/sink.js';
import { SourceError } from '../../sources/error.js';
import { choiceOption, textOption, textsOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import { reveal, withoutSecrets } from '../secrets.js';
import type { RevealedOptions } from '../secrets.js';
import { token } from '../sinks/sinkOptions.js';
import { GuardedProducer } from './kafkaClients.js';
import { kafkaPlace, kafkaReason } from './kafkaOptions.js';
import type { KafkaPlace } from './kafkaOptions.js';
import { writtenUnit } from './writtenUnit.js';

/** The header by which whoever reads the topic knows a row that was written twice. */
export const ID_HEADER = 'millrace-id';
/** So many bytes go in one request at most: brokers take 1 MB where nobody says otherwise. */
const REQUEST_BYTES = 900_000;
const TIMEOUT_MS = 5000;
/** What waiting does not mend. */
const LASTING = /TOO_LARGE|AUTHORIZATION|AUTHENTICATION|INVALID_|UNSUPPORTED|CORRUPT/;

type Record = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

/**
 * Topics of Kafka. Options: those of `kafkaPlace`; `mode` ('append', 'upsert'); `key` (columns); `resume` (a name by which a later run of the same write knows what it
 * has written).
 */
export const kafkaSink: SinkConnector = {
  name: 'kafka',
  takesChanges: options => options.mode === 'upsert',
  async open(schema, options, world, request) {
    const revealed = await reveal(options, world.directory);
    try {
      const place = kafkaPlace(revealed.options, world);
      const isUpsert = choiceOption(options, 'mode', ['append', 'upsert'], 'append') === 'upsert';
      const key = keyOf(schema, options, isUpsert, request);
      const topic = new TopicWriter(place, schema, key, isUpsert, revealed);
      try {
        await topic.check();
        const resume = textOption(options, 'resume', '');
        const unit = resume === '' ? null : await writtenUnit(place, resume, ID_HEADER);
        topic.begin(resume === '' ? token(world) : resume, unit ?? 0);
        return topic;
      } catch (error) {
        await topic.abort();
        throw error;
      }
    } catch (error) {
      throw withoutSecrets(error, revealed);
    }
  },
};

/** The columns of the records' keys. Error `MR3977`. */
function keyOf(
  { fields }: Schema,
  options: Options,
  isUpsert: boolean,
  request: SinkRequest | undefined,
): readonly string[] {
  const known = request?.key ?? null;
  const key = options.key === undefined ? (isUpsert ? (known ?? []) : []) : textsOption(options, 'key', []);
  const missing = key.find(name => !fields.some(field => field.name === name));
  if (missing !== undefined) {
    const names = fields.map(field => field.name).join(', ');
    throw new SourceError('MR3977', `the rows have no column '${missing}' for a key.`, `They have ${names}.`);
  }
  if (isUpsert && key.length === 0) {
    throw new SourceError(
      'MR3977',
      'upserts into a topic need to know which columns name one row.',
      "Say them: key: ['symbol', 'windowEnd'].",
    );
  }
  if (
    isUpsert &&
    request?.changes === true &&
    known !== null &&
    [...key].sort().join() !== [...known].sort().join()
  ) {
    throw new SourceError(
      'MR3977',
      `the rows of this table are named by ${known.join(', ')}, and its changes cannot be applied by ${key.join(', ')}.`,
      'Leave key out, or write final rows.',
    );
  }
  return key;
}

/** Writes units of rows: each is acknowledged whole before the next begins, and written again, under the same ids, where it was not. */
class TopicWriter implements OpenSink {
  position = 0;
  bytes = 0;
  #rows = 0;
  #id = '';
  #producer: GuardedProducer;
  readonly #values: TextEncoding;
  readonly #keys: TextEncoding | null;
  readonly #keyAt: readonly number[];
  /** Ends what waits for an answer that may never come. */
  #giveUp: ((reason: Error) => void) | null = null;

  constructor(
    private readonly place: KafkaPlace,
    schema: Schema,
    key: readonly string[],
    private readonly isUpsert: boolean,
    private readonly revealed: RevealedOptions,
  ) {
    this.#values = ndjsonEncoding(schema);
    this.#keyAt = key.map(name => schema.fields.findIndex(field => field.name === name));
    this.#keys =
      key.length === 0 ? null : ndjsonEncoding({ fields: this.#keyAt.map(at => schema.fields[at]) });
    this.#producer = this.#newProducer();
  }

  /** Whether the topic is there. Errors `MR3976`. */
  async check(): Promise<void> {
    try {
      await this.#producer.metadata({ topics: [this.place.topic], autocreateTopics: false });
    } catch (error) {
      throw new SourceError(
        'MR3976',
        `topic '${this.place.topic}' cannot be written: ${kafkaReason(error)}`,
        'Are the brokers up and their addresses right, and has the topic been made?',
      );
    }
  }

  /** Rows are known by an id; so many are there already. */
  begin(id: string, position: number): void {
    this.#id = id;
    this.position = position;
  }

  write(batch: Batch): Promise<void> {
    return this.writeAll([batch], this.position + this.#rows);
  }

  async writeAll(batches: readonly Batch[], position: number): Promise<void> {
    const records: Record[] = [];
    let row = 0;
    for (const batch of batches) {
      this.#encode(batch, `${this.#id}:${position}:`, row, records);
      row += batch.length;
    }
    try {
      for (let from = 0; from < records.length;) {
        const to = endOfRequest(records, from);
        await this.#send(records.slice(from, to));
        from = to;
      }
    } catch (error) {
      throw this.#failed(error);
    }
    for (const { key, value } of records) this.bytes += (key?.length ?? 0) + (value?.length ?? 0);
    this.#rows += row;
  }

  #send(messages: Record[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#producer.send({ messages, acks: ProduceAcks.ALL, autocreateTopics: false }).then(resolve, reject);
    });
  }

  async finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    await closed(this.#producer);
    return { rows: this.#rows, bytes: this.bytes };
  }

  async abort(): Promise<void> {
    await closed(this.#producer);
  }

  #encode(batch: Batch, id: string, from: number, out: Record[]): void {
    const values = linesOf(this.#values.rows(batch));
    const keys =
      this.#keys === null
        ? null
        : linesOf(this.#keys.rows({ ...batch, columns: this.#keyAt.map(at => batch.columns[at]) }));
    for (let i = 0; i < batch.length; i++) {
      const kind = this.isUpsert && batch.kinds !== null ? batch.kinds[i] : RowKind.Insert;
      // The row that takes its place comes right behind it.
      if (kind === RowKind.UpdateBefore) continue;
      const headers = new Map([[ID_NAME, Buffer.from(id + String(from + i))]]);
      const record: Record = { topic: this.place.topic, headers };
      if (keys !== null) record.key = keys[i];
      if (kind !== RowKind.Delete) record.value = values[i];
      out.push(record);
    }
  }

  /** What went wrong; the next attempt has a producer of its own, since this one's may not go on where it failed. */
  #failed(error: unknown): Error {
    const reason = this.revealed.hide(kafkaReason(error));
    const text = `topic '${this.place.topic}' did not take rows: ${reason}`;
    const failed = this.#producer;
    this.#producer = this.#newProducer();
    void closed(failed);
    return LASTING.test(apiNames(error))
      ? new SourceError('MR3978', text, 'Nothing is lost: mend it, and write again.')
      : new TransientSinkError('MR3979', text, 'It is tried again.');
  }

  #newProducer(): GuardedProducer {
    const producer: GuardedProducer = new GuardedProducer(
      {
        ...this.place.client,
        idempotent: true,
        acks: ProduceAcks.ALL,
        retries: 2,
        retryDelay: 100,
        timeout: TIMEOUT_MS,
      },
      {
        ...this.place.guard,
        fetched: null,
        broken: reason => void (this.#producer === producer && this.#giveUp?.(reason)),
      },
    );
    producer.on('error', () => undefined);
    return producer;
  }
}

const ID_NAME = Buffer.from(ID_HEADER);

/** The lines of a text, each without its line feed. */
function linesOf(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: Buffer[] = [];
  for (let from = 0; from < buffer.length;) {
    const end = buffer.indexOf(10, from);
    lines.push(buffer.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

function endOfRequest(records: readonly Record[], from: number): number {
  let to = from;
  for (let bytes = 0; to < records.length; to++) {
    bytes += (records[to].key?.length ?? 0) + (records[to].value?.length ?? 0) + 100;
    if (bytes > REQUEST_BYTES && to > from) break;
  }
  return to;
}

/** The names that Kafka has for what went wrong. */
function apiNames(error: unknown): string {
  const { apiId, code, errors, cause } = (error ?? {}) as { readonly [name: string]: unknown };
  const inner = [
    ...(Array.isArray(errors) ? (errors as unknown[]) : []),
    ...(cause === undefined ? [] : [cause]),
  ];
  return [apiId, code, ...inner.map(apiNames)].filter(each => typeof each === 'string').join(' ');
}

function closed(producer: GuardedProducer): Promise<void> {
  return new Promise(resolve => producer.close(true, () => resolve()));
}
