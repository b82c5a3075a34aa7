import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { installKafka, startKafka } from '../../scripts/lib/kafka.mjs';
import type { KafkaBroker } from '../../scripts/lib/kafka.mjs';

/** A broker, or why there is none. */
export interface TestBroker {
  readonly broker: KafkaBroker | null;
  readonly reason: string;
}

/** Starts a broker; a machine without Java or Maven has none. */
export async function testBroker(options: Parameters<typeof startKafka>[0] = {}): Promise<TestBroker> {
  try {
    await installKafka();
  } catch (error) {
    return { broker: null, reason: (error as Error).message };
  }
  return { broker: await startKafka(options), reason: '' };
}

/** Makes a topic. */
export async function makeTopic(
  address: string,
  topic: string,
  partitions = 1,
  configs: Record<string, string> = {},
) {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] });
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
    // A topic that was just made has no leader yet.
    for (let i = 0; i < 100; i++) {
      const { topics } = await admin
        .metadata({ topics: [topic], forceUpdate: true })
        .catch(() => ({ topics: new Map() }));
      const found = topics.get(topic) as { partitions: { leader: number }[] } | undefined;
      if (found?.partitions.length === partitions && found.partitions.every(({ leader }) => leader >= 0))
        break;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  } finally {
    await admin.close();
  }
}

/** A record to put into a topic. */
export interface TestRecord {
  readonly key?: string | Buffer;
  readonly value?: string | Buffer | null;
  readonly partition?: number;
  readonly timestamp?: bigint;
}

const buffer = (value: string | Buffer | undefined | null) =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? undefined);

/** Puts records into a topic. */
export async function produce(address: string, topic: string, records: readonly TestRecord[]): Promise<void> {
  const producer = new Producer({
    idempotent: true,
    clientId: 'tests',
    bootstrapBrokers: [address],
    retries: 10,
    retryDelay: 100,
  });
  try {
    for (let from = 0; from < records.length; from += 5000) {
      await producer.send({
        acks: -1,
        messages: records.slice(from, from + 5000).map(({ key, value, ...rest }) => ({
          topic,
          ...rest,
          ...(key === undefined ? {} : { key: buffer(key) }),
          ...(value === undefined || value === null ? {} : { value: buffer(value) }),
        })) as Parameters<typeof producer.send>[0]['messages'],
      });
    }
  } finally {
    await producer.close();
  }
}

/** A record of JSON as it is in a topic. */
export interface ReadRecord {
  readonly key: string | null;
  readonly value: { readonly id: number };
  readonly id: string | undefined;
}

/** All records of a topic that have a value. */
export async function readTopic(address: string, topic: string): Promise<ReadRecord[]> {
  const consumer = new Consumer({
    clientId: 'tests',
    bootstrapBrokers: [address],
    groupId: `read-${topic}-${Date.now()}`,
    maxWaitTime: 50,
    retries: 10,
    retryDelay: 100,
  });
  try {
    const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic) ?? [];
    const offsets = ends.map((_, partition) => ({ topic, partition, offset: 0n }));
    const stream = await consumer.consume({ topics: [topic], mode: 'manual', offsets, autocommit: false });
    const records: ReadRecord[] = [];
    stream.on('data', ({ key, value, headers }) => {
      const text = (value as Buffer | undefined)?.toString();
      if (text === undefined) return;
      const id = [...headers].find(([name]) => name.toString() === 'millrace-id')?.[1].toString();
      records.push({
        key: (key as Buffer | undefined)?.toString() ?? null,
        value: JSON.parse(text) as { id: number },
        id,
      });
    });
    const atEnd = () =>
      stream.readableLength === 0 &&
      ends.every((end, partition) => (stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n) >= end);
    while (!atEnd()) await new Promise(resolve => setTimeout(resolve, 20));
    return records;
  } finally {
    await new Promise<void>(resolve => consumer.close(true, () => resolve()));
  }
}

/** How many members of a group have partitions. */
export async function membersWith(address: string, group: string): Promise<number> {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] });
  try {
    const found = (await admin.describeGroups({ groups: [group] })).get(group);
    return [...(found?.members.values() ?? [])].filter(member =>
      [...(member.assignments?.values() ?? [])].some(({ partitions }) => partitions.length > 0),
    ).length;
  } finally {
    await admin.close();
  }
}
