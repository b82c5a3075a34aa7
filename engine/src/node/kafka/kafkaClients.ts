import { Base, Consumer, Producer } from '@platformatic/kafka';
import type { ConnectionPool, ConsumerOptions, ProducerOptions } from '@platformatic/kafka';
import { GuardedPool } from './guardedPool.js';
import type { KafkaGuard } from './kafkaGuard.js';

/** What the client calls to make its connections: it has no other place to say how. */
const CREATE_POOL = Object.getOwnPropertySymbols(Base.prototype).find(
  ({ description }) => description === 'plt.kafka.base.createConnectionPool',
) as symbol;
if (CREATE_POOL === undefined) throw new Error('this version of the client of Kafka cannot be guarded');

type Bytes = Buffer;

/** A consumer whose connections are guarded. */
export class GuardedConsumer extends Consumer {
  constructor(options: ConsumerOptions<Bytes, Bytes, Bytes, Bytes>, guard: KafkaGuard) {
    super({ ...options, context: guard });
  }

  [CREATE_POOL](): ConnectionPool {
    return poolOf(this);
  }
}

/** A producer whose connections are guarded. */
export class GuardedProducer extends Producer {
  constructor(options: ProducerOptions<Bytes, Bytes, Bytes, Bytes>, guard: KafkaGuard) {
    super({ ...options, context: guard });
  }

  [CREATE_POOL](): ConnectionPool {
    return poolOf(this);
  }
}

function poolOf(client: Consumer | Producer): ConnectionPool {
  const pool = new GuardedPool(client.clientId ?? 'millrace', client.context as KafkaGuard);
  for (const event of ['connect', 'disconnect'] as const)
    pool.on(event, payload => client.emitWithDebug('client', `broker:${event}`, payload));
  return pool;
}
