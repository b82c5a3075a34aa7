import { ListOffsetTimestamps, MessagesStreamModes, NetworkError } from '@platformatic/kafka';
import { SourceError } from '../../sources/error.js';
import { GuardedConsumer } from './kafkaClients.js';
import { kafkaReason } from './kafkaOptions.js';
import type { KafkaPlace } from './kafkaOptions.js';
import { headerOf } from './recordBatch.js';

/** So many records of each partition are looked at, from its end. */
const LOOKED_AT = 10_000n;
const LONGEST_MS = 20_000;

/**
 * Where the last unit of a write begins that is in a topic, by the ids of its records (`name:unit:row`); null: there is none. The units before it
 * are there whole. Error `MR3976`.
 */
export async function writtenUnit(place: KafkaPlace, name: string, header: string): Promise<number | null> {
  const { topic } = place;
  let found: number | null = null;
  let count = 0;
  let next: (partition: number) => bigint | undefined = () => undefined;
  let fail: (reason: Error) => void = () => undefined;
  const consumer: GuardedConsumer = new GuardedConsumer(
    {
      ...place.client,
      groupId: `millrace-resume-${process.pid}-${Date.now()}`,
      retries: 3,
      maxWaitTime: 100,
      autocommit: false,
    },
    {
      ...place.guard,
      broken: reason => fail(reason),
      fetched: {
        partitions: (name, found) => {
          if (name === topic) count = found;
        },
        isAssignable: (name, partition) => name === topic && partition >= 0 && partition < count,
        isTopic: id => id === topic || id === consumer.currentMetadata?.topics.get(topic)?.id,
        wanted: partition => next(partition),
        damaged: (partition, wanted, _last, fault) => {
          throw new NetworkError(`${fault.message} (partition ${partition}, from offset ${wanted})`);
        },
        record: record => {
          const parts = headerOf(record, header)?.toString().split(':') ?? [];
          const unit = Number(parts[parts.length - 2]);
          if (parts.slice(0, -2).join(':') === name && unit >= (found ?? 0)) found = unit;
        },
      },
    },
  );
  consumer.on('error', () => undefined);
  try {
    const list = async (timestamp: bigint) =>
      (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
    const first = await list(ListOffsetTimestamps.EARLIEST);
    const last = await list(ListOffsetTimestamps.LATEST);
    const offsets = last.map((end, partition) => {
      const offset = end - LOOKED_AT > first[partition] ? end - LOOKED_AT : first[partition];
      return { topic, partition, offset };
    });
    if (offsets.every(({ offset }, partition) => offset >= last[partition])) return null;
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.MANUAL,
      offsets,
      autocommit: false,
    });
    next = partition => stream.offsetsToFetch.get(`${topic}:${partition}`);
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        if (last.every((end, partition) => (next(partition) ?? 0n) >= end)) {
          clearInterval(timer);
          resolve();
        } else if (Date.now() >= deadline) fail(new Error('it could not be read to its end'));
      }, 20);
      const deadline = Date.now() + LONGEST_MS;
      fail = reason => {
        clearInterval(timer);
        reject(reason);
      };
      stream.on('error', fail);
      // Nothing comes here: records are told as they are read.
      stream.on('data', () => undefined);
    });
    return found;
  } catch (error) {
    throw new SourceError(
      'MR3976',
      `topic '${topic}' cannot be looked at for what was written before: ${kafkaReason(error)}`,
      'Leave resume out, and all rows are written.',
    );
  } finally {
    await new Promise<void>(resolve => consumer.close(true, () => resolve()));
  }
}
