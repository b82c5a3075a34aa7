import type { Field } from '../../columns/types.js';
import { newCounters } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { openArrivals } from '../../sources/arrivalSource.js';
import { kafkaArrivals } from '../../sources/kafkaArrivals.js';
import { choiceOption, textOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import type { OpenSource, SourceConnector, SourceReader, SourceRequest } from '../../sources/source.js';
import { reveal, withoutSecrets } from '../secrets.js';
import { KafkaConnection } from './kafkaConnection.js';
import type { KafkaBound, KafkaStart } from './kafkaReading.js';
import { kafkaPlace } from './kafkaOptions.js';
import { SchemaRegistry } from './schemaRegistry.js';

/**
 * Rows of the records of a topic. Options: those of `kafkaPlace`; `group`; `from` ('earliest', 'latest', offsets by partition, or a time); `until: 'end'`; `registry`;
 * those of the format `kafka`, and of `openArrivals`.
 */
export const kafkaConnector: SourceConnector = {
  name: 'kafka',
  async open(request, world) {
    const revealed = await reveal(request.options, world.directory);
    try {
      const place = kafkaPlace(revealed.options, world);
      const address = textOption(revealed.options, 'registry', '');
      const registry = address === '' ? null : new SchemaRegistry(address, world);
      const options = {
        ...request.options,
        ...(await avroOf(request.options, registry, place.topic)),
        decode: 'kafka',
        // What is dropped would be committed as if it had been taken.
        whenFull: 'block',
      };
      const start = startOf(request.options);
      const group = textOption(request.options, 'group', '');
      const end = choiceOption(request.options, 'until', ['end', 'never'], 'never') === 'end';
      const bound: KafkaBound | null = end ? { ends: null } : null;
      const reading = { place, group: group === '' ? null : group, start, bound, registry };
      const openTopic = (fields: SourceRequest['fields']) =>
        openArrivals({ ...request, options, fields }, world, {
          label: `topic '${place.topic}'`,
          ends: end,
          connect: taker => new KafkaConnection(reading, taker, world, revealed.hide),
        });
      const source = await openTopic(request.fields);
      return bound !== null && reading.group === null
        ? bounded(source, () => openTopic(ownFields(source, options)))
        : source;
    } catch (error) {
      throw withoutSecrets(error, revealed);
    }
  },
};

/** The schema of the columns where nobody has said it: the registry's latest. */
async function avroOf(options: Options, registry: SchemaRegistry | null, topic: string): Promise<Options> {
  if (options.value !== 'avro' || options.avro !== undefined) return {};
  if (registry !== null) return { avro: await registry.latest(topic) };
  const { schemas } = options;
  const last = typeof schemas === 'object' && schemas !== null ? Object.values(schemas).pop() : undefined;
  if (last !== undefined) return { avro: last };
  throw new SourceError(
    'MR3974',
    'records of Avro need a schema.',
    "Write { avro: … }, { schemas: { 1: … } } by their ids, or { registry: 'https://…' }.",
  );
}

/** Where reading begins. Error `MR3975`. */
function startOf({ from = 'latest' }: Options): KafkaStart {
  if (from === 'earliest' || from === 'latest') return { kind: from };
  if (typeof from === 'string') {
    const timeMs = Date.parse(from);
    if (!Number.isNaN(timeMs)) return { kind: 'time', timeMs };
  } else if (typeof from === 'object' && from !== null) {
    const offsets = Object.entries(from).map(
      ([partition, offset]) => [Number(partition), toOffset(offset)] as const,
    );
    if (offsets.every(([partition, offset]) => Number.isInteger(partition) && offset !== null))
      return { kind: 'offsets', offsets: new Map(offsets as (readonly [number, bigint])[]) };
  }
  throw new SourceError(
    'MR3975',
    `from ${JSON.stringify(from).slice(0, 80)} is no place to begin.`,
    "Write 'earliest', 'latest', a time such as '2026-01-05T09:30:00Z', or offsets: { 0: 1200, 1: 980 }.",
  );
}

function toOffset(value: unknown): bigint | null {
  return (typeof value === 'number' || typeof value === 'string') && /^\d{1,18}$/.test(String(value))
    ? BigInt(value)
    : null;
}

/** The columns of values alone: those that tell of records are put behind them again. */
function ownFields({ summary: { fields } }: OpenSource, options: Options): readonly Field[] {
  const received = options.receivedAt === undefined ? 0 : 1;
  return fields.slice(0, fields.length - received - (kafkaArrivals.more?.(options) ?? []).length);
}

/** A topic up to where it ended, which can be read any number of times: each reading has a consumer of its own. */
function bounded(source: OpenSource, open: () => Promise<OpenSource>): OpenSource {
  let first: OpenSource | null = source;
  return {
    summary: source.summary,
    live: false,
    read() {
      const counters = newCounters();
      let opened: Promise<OpenSource> | null = null;
      let reader: SourceReader | null = null;
      let isClosed = false;
      if (first !== null) {
        opened = Promise.resolve(first);
        first = null;
      }
      return {
        get counters() {
          return reader?.counters ?? counters;
        },
        async next(maxRows) {
          if (isClosed) return null;
          opened ??= open();
          reader ??= (await opened).read();
          return reader.next(maxRows);
        },
        async close() {
          isClosed = true;
          await (await opened?.catch(() => null))?.close();
        },
      };
    },
    close: () => source.close(),
  };
}
