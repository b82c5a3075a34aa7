import { MessagesStreamFallbackModes, MessagesStreamModes, NetworkError } from '@platformatic/kafka';
import type { MessagesStream } from '@platformatic/kafka';
import type { ArrivalRequest } from '../../sources/arrival.js';
import type { ArrivalTaker, Connection } from '../../sources/connection.js';
import { KafkaFrames } from '../../sources/kafkaFrames.js';
import type { KafkaRecord } from '../../sources/kafkaFrames.js';
import { ReceiveClock } from '../../sources/receiveClock.js';
import { Reconnect } from '../../sources/reconnect.js';
import type { World } from '../../sources/source.js';
import { DamagedBatches } from './damagedBatches.js';
import type { FetchTaker } from './fetchAnswer.js';
import { GuardedConsumer } from './kafkaClients.js';
import { kafkaReason } from './kafkaOptions.js';
import { startOffsets } from './kafkaReading.js';
import type { KafkaReading } from './kafkaReading.js';
import { OffsetsTaken } from './offsetsTaken.js';
import { SchemaWait } from './schemaWait.js';

/** Records are passed on together, at most so many bytes at once. */
const FRAME_BYTES = 128 << 10;
/** How often it is looked whether the end has been reached, and offsets are committed. */
const LOOK_MS = 200;
/** Brokers are one's own, and mostly back soon. */
const LONGEST_PAUSE_MS = 3000;
const encoder = new TextEncoder();

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/**
 * A consumer of one topic. Records are taken as answers are read, not through the client's stream, whose objects would be many times as large. It begins anew after failures, behind what it has passed on, so that nothing comes twice; offsets are committed when their rows have been
 * taken.
 */
export class KafkaConnection implements Connection {
  trouble: string | null = null;
  readonly #clock: ReceiveClock;
  readonly #reconnect: Reconnect;
  readonly #frames = new KafkaFrames();
  readonly #taken = new OffsetsTaken();
  /** Of each partition the offset that comes next. */
  readonly #next = new Map<number, bigint>();
  #hasEnded = false;
  readonly #schemas: SchemaWait;
  readonly #damaged: DamagedBatches;
  /** What this member of a group is called: when it comes back after a failure, nobody waits for the one that it was. */
  readonly #member: string;
  #consumer: GuardedConsumer | null = null;
  #stream: Stream | null = null;
  #cancelTimer: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;
  #turn: NodeJS.Immediate | null = null;
  #started = false;
  #closed = false;
  #isHeld = false;
  #isOpen = false;
  #said: string | null = null;
  #attempt = 0;
  #isCommitting = false;

  constructor(
    private readonly reading: KafkaReading,
    private readonly taker: ArrivalTaker,
    private readonly world: World,
    private readonly hide: (text: string) => string,
  ) {
    this.#clock = new ReceiveClock(world);
    this.#reconnect = new Reconnect(world, LONGEST_PAUSE_MS);
    const token = Math.floor(world.random() * 2 ** 48).toString(16);
    this.#member = `millrace-${token}`;
    const refuse = (reason: string): void => taker.refuse(this.hide(reason), '');
    this.#damaged = new DamagedBatches(refuse);
    this.#schemas = new SchemaWait(reading.registry, world, {
      pass: record => this.#add(record),
      learned: (id, schema) => this.#frames.schema(id, schema),
      refuse,
      held: isHeld => {
        if (isHeld) this.#stream?.pause();
        else if (!this.#isHeld) this.#stream?.resume();
      },
    });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#connect();
  }

  hold(): void {
    this.#isHeld = true;
    this.#stream?.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (!this.#schemas.isWaiting) this.#stream?.resume();
  }

  taken(arrivals: number): void {
    this.#taken.taken(arrivals);
  }

  ask(_request: ArrivalRequest): void {
    // Brokers are asked for nothing but records.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelRetry?.();
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#schemas.close();
    const consumer = this.#consumer;
    this.#consumer = null;
    this.#stream?.on('error', () => undefined);
    if (consumer !== null) void this.#leave(consumer);
  }

  /** Commits what has been taken, and leaves the group. */
  async #leave(consumer: GuardedConsumer): Promise<void> {
    try {
      await this.#commit(consumer);
    } catch {
      // It comes again to whoever reads the group next.
    }
    await closed(consumer);
  }

  async #connect(): Promise<void> {
    this.#cancelRetry = null;
    this.#reconnect.attempted();
    const attempt = ++this.#attempt;
    const { place, group, start } = this.reading;
    const fail = (error: unknown) => this.#lost(attempt, consumer, error);
    const consumer: GuardedConsumer = new GuardedConsumer(
      {
        ...place.client,
        // Who shares with nobody is in a group of its own, anew each time.
        ...(group === null
          ? { groupId: `${this.#member}-${attempt}` }
          : { groupId: group, groupInstanceId: this.#member }),
        retries: 1,
        retryDelay: 100,
        timeout: 5000,
        sessionTimeout: 10_000,
        rebalanceTimeout: 10_000,
        heartbeatInterval: 1000,
        maxWaitTime: 250,
        maxBytes: 8 << 20,
        autocommit: false,
      },
      { ...place.guard, fetched: this.#fetched(() => consumer, fail), broken: fail },
    );
    this.#consumer = consumer;
    consumer.on('error', fail);
    consumer.on('consumer:heartbeat:error', () => undefined);
    try {
      const offsets = await startOffsets(consumer, this.reading, this.#next);
      const isManual = group === null || start.kind === 'time' || start.kind === 'offsets';
      const stream = await consumer.consume({
        topics: [place.topic],
        autocommit: false,
        ...(isManual
          ? {
              mode: MessagesStreamModes.MANUAL,
              offsets: [...offsets].map(([partition, offset]) => ({ topic: place.topic, partition, offset })),
            }
          : {
              mode: MessagesStreamModes.COMMITTED,
              fallbackMode:
                start.kind === 'earliest'
                  ? MessagesStreamFallbackModes.EARLIEST
                  : MessagesStreamFallbackModes.LATEST,
            }),
      });
      if (this.#closed) {
        void closed(consumer);
        return;
      }
      this.#listen(consumer, stream, fail);
    } catch (error) {
      fail(error);
    }
  }

  #listen(consumer: GuardedConsumer, stream: Stream, fail: (error: unknown) => void): void {
    this.#stream = stream;
    this.#isOpen = true;
    this.#said = null;
    this.trouble = null;
    this.#arrive(
      'opened',
      encoder.encode(`${this.reading.place.brokers.join(',')}/${this.reading.place.topic}`),
    );
    const assigned = () => {
      const partitions = consumer.assignments?.find(
        ({ topic }) => topic === this.reading.place.topic,
      )?.partitions;
      this.#flush();
      this.#frames.partitions(partitions ?? []);
      this.#soon();
    };
    assigned();
    // Where nothing is committed, this is where reading began: after a failure it begins there again.
    for (const [name, offset] of stream.offsetsToFetch)
      this.#taken.began(Number(name.slice(name.lastIndexOf(':') + 1)), offset);
    consumer.on('consumer:group:join', assigned);
    // Who gets a partition next goes on behind what was taken here.
    consumer.on('consumer:group:rebalance', () => void this.#commit(consumer).catch(() => undefined));
    // Nothing comes here: records are told as they are read.
    stream.on('data', () => undefined);
    stream.on('error', fail);
    stream.on('close', () => {
      if (!this.#closed && this.#stream === stream) fail(new Error('the stream of records was closed'));
    });
    // Records that waited for their schemas when the former stream was lost wait still.
    if (this.#isHeld || this.#schemas.isWaiting) stream.pause();
    this.#look(consumer);
  }

  /** Takes the records of one consumer's answers, as long as it is the one that counts. */
  #fetched(consumer: () => GuardedConsumer, fail: (error: unknown) => void): FetchTaker {
    const { topic } = this.reading.place;
    let count = 0;
    return {
      partitions: (name, found) => {
        if (name !== topic) return;
        if (found < count) {
          const error = new NetworkError('the topic has fewer partitions than before: it was made anew');
          fail(error);
          throw error;
        }
        count = found;
      },
      isAssignable: (name, partition) => name === topic && partition >= 0 && partition < count,
      isTopic: id => id === topic || id === consumer().currentMetadata?.topics.get(topic)?.id,
      wanted: partition => {
        if (this.#closed || this.#consumer !== consumer()) throw new NetworkError('the consumer is closed');
        return this.#stream?.offsetsToFetch.get(`${topic}:${partition}`);
      },
      record: record => {
        this.#reconnect.connected();
        this.#damaged.passed(record.partition);
        this.#schemas.take(record);
      },
      damaged: (partition, wanted, last, fault) => {
        try {
          return this.#damaged.skip(partition, wanted, last, fault);
        } catch (error) {
          fail(error);
          throw error;
        }
      },
    };
  }

  #add(record: KafkaRecord): void {
    const { partition, offset } = record;
    const next = this.#next.get(partition);
    // After a rebalance what was not committed comes again.
    if (next !== undefined && offset < next) return;
    this.#next.set(partition, offset + 1n);
    this.#frames.record(record);
    this.#taken.passed(partition, offset);
    if (this.#frames.length >= FRAME_BYTES) this.#flush();
    this.#soon();
  }

  #soon(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#flush();
      this.taker.drained();
    });
  }

  #flush(): void {
    if (this.#frames.length > 0) this.#arrive('message', this.#frames.take());
  }

  #arrive(kind: 'message' | 'opened' | 'closed', bytes: Uint8Array): void {
    this.#taken.arrived();
    this.taker.take({ kind, atUs: this.#clock.nowUs(), bytes });
    if (kind !== 'message') this.taker.drained();
  }

  /** Looks every so often whether there is something to commit, and whether the end has been reached. */
  #look(consumer: GuardedConsumer): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.world.after(LOOK_MS, () => {
      if (this.#closed || this.#consumer !== consumer) return;
      if (this.#isAtEnd()) {
        this.#flush();
        this.taker.drained();
        this.taker.ended();
        this.#hasEnded = true;
        if (this.reading.group === null) {
          this.close();
          return;
        }
      }
      this.#commit(consumer).catch(() => undefined);
      this.#look(consumer);
    });
  }

  /** Whether every partition that is read here has been read up to where it ended. */
  #isAtEnd(): boolean {
    const stream = this.#stream;
    const ends = this.reading.bound?.ends ?? null;
    if (ends === null || this.#hasEnded || stream === null) return false;
    if (this.#schemas.isWaiting) return false;
    const { topic } = this.reading.place;
    const assigned = this.#consumer?.assignments?.find(each => each.topic === topic)?.partitions ?? [];
    return (
      (assigned.length > 0 || ends.size === 0) &&
      assigned.every(
        partition =>
          (stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n) >= (ends.get(partition) ?? 0n),
      )
    );
  }

  async #commit(consumer: GuardedConsumer): Promise<void> {
    if (this.reading.group === null || this.#isCommitting) return;
    const { topic } = this.reading.place;
    const assigned = consumer.assignments?.find(each => each.topic === topic)?.partitions ?? [];
    const offsets = this.#taken.due(assigned);
    if (offsets.length === 0) return;
    this.#isCommitting = true;
    try {
      await consumer.commit({
        offsets: offsets.map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })),
      });
      this.#taken.committed(offsets);
    } finally {
      this.#isCommitting = false;
    }
  }

  #lost(attempt: number, consumer: GuardedConsumer, error: unknown): void {
    if (attempt !== this.#attempt || this.#consumer !== consumer) return;
    this.#consumer = null;
    this.#stream = null;
    this.#cancelTimer?.();
    void closed(consumer);
    if (this.#closed) return;
    const reason = this.hide(kafkaReason(error));
    this.trouble = reason;
    this.#flush();
    if (this.#isOpen) this.#arrive('closed', encoder.encode(reason));
    else if (reason !== this.#said) this.taker.refuse(reason, '');
    this.#isOpen = false;
    this.#said = reason;
    this.taker.drained();
    this.#cancelRetry = this.world.after(this.#reconnect.pauseMs(), () => void this.#connect());
  }
}

function closed(consumer: GuardedConsumer): Promise<void> {
  return new Promise(resolve => consumer.close(true, () => resolve()));
}
