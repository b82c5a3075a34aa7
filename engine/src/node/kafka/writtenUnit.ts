import { Consumer, ListOffsetTimestamps, MessagesStreamModes } from '@platformatic/kafka';
import { SourceError } from '../../sources/error.js';
import { kafkaReason } from './kafkaOptions.js';
import type { KafkaPlace } from './kafkaOptions.js';

/** So many records of each partition are looked at, from its end. */
const LOOKED_AT = 10_000n;
const LONGEST_MS = 20_000;

/**
 * Where the last unit of a write begins that is in a topic, by the ids of its records (`name:unit:row`); null: there is none. The units before it
 * are there whole. Error `MR3976`.
 */
export async function writtenUnit(place: KafkaPlace, name: string, header: string): Promise<number | null> {
  const { topic } = place;
  const consumer = new Consumer({
    ...place.client,
    groupId: `millrace-resume-${process.pid}-${Date.now()}`,
    retries: 3,
    maxWaitTime: 100,
    autocommit: false,
  });
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
    return await new Promise<number | null>((resolve, reject) => {
      let found: number | null = null;
      const atEnd = () =>
        stream.readableLength === 0 &&
        last.every((end, partition) => (stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n) >= end);
      const timer = setInterval(() => {
        if (!atEnd() && Date.now() < deadline) return;
        clearInterval(timer);
        if (atEnd()) resolve(found);
        else reject(new Error('it could not be read to its end'));
      }, 20);
      const deadline = Date.now() + LONGEST_MS;
      stream.on('error', error => {
        clearInterval(timer);
        reject(error);
      });
      stream.on('data', ({ headers }) => {
        for (const [key, value] of headers) {
          if (key.toString() !== header) continue;
          const parts = value.toString().split(':');
          const unit = Number(parts[parts.length - 2]);
          if (parts.slice(0, -2).join(':') === name && unit >= (found ?? 0)) found = unit;
        }
      });
    });
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
