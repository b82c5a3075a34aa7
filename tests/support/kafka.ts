import { Admin, Producer } from '@platformatic/kafka';
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
export async function makeTopic(address: string, topic: string, partitions = 1, configs: Record<string, string> = {}) {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] });
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
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

const buffer = (value: string | Buffer | undefined | null) => (typeof value === 'string' ? Buffer.from(value) : (value ?? undefined));

/** Puts records into a topic. */
export async function produce(address: string, topic: string, records: readonly TestRecord[]): Promise<void> {
  const producer = new Producer({ clientId: 'tests', bootstrapBrokers: [address], retries: 10, retryDelay: 100 });
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
