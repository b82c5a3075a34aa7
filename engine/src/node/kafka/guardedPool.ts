import { isIP } from 'node:net';
import { ConnectionPool, ConnectionStatuses, MultipleErrors, NetworkError } from '@platformatic/kafka';
import type {
  Broker,
  CallbackWithPromise,
  Connection,
  ConnectionPoolEventPayload,
} from '@platformatic/kafka';
import { AddressGuard } from '../network/addresses.js';
import { GuardedConnection } from './guardedConnection.js';
import type { KafkaGuard } from './kafkaGuard.js';

/** So many brokers are tried where any will do. */
const MOST_TRIED = 16;
const HOST = /^[\w.:-]{1,253}$/;

/** A connection that is there, or those who wait for it. */
interface Entry {
  connection: GuardedConnection | null;
  readonly waiting: ((error: Error | null, connection?: Connection) => void)[];
}

/**
 * The connections of a client, one to each broker, whether the user has named it or another broker: none leads where the session may not connect to.
 * What a name stands for is looked at, and then that address is connected to, so that it cannot be another by then.
 */
export class GuardedPool extends ConnectionPool {
  readonly #entries = new Map<string, Entry>();
  readonly #addresses: AddressGuard;
  #isClosed = false;

  constructor(
    private readonly clientName: string,
    private readonly guard: KafkaGuard,
  ) {
    super(clientName, guard.connection);
    this.#addresses = new AddressGuard(guard.world);
  }

  override get(broker: Broker, callback: CallbackWithPromise<Connection>): void;
  override get(broker: Broker): Promise<Connection>;
  override get(
    broker: Broker | undefined,
    callback?: CallbackWithPromise<Connection>,
  ): void | Promise<Connection> {
    if (callback === undefined) {
      return new Promise((resolve, reject) =>
        this.#get(broker, (error, connection) =>
          connection === undefined ? reject(error ?? new Error('no connection')) : resolve(connection),
        ),
      );
    }
    this.#get(broker, callback as Entry['waiting'][number]);
  }

  override getFirstAvailable(brokers: Broker[], callback: CallbackWithPromise<Connection>): void;
  override getFirstAvailable(brokers: Broker[]): Promise<Connection>;
  override getFirstAvailable(
    brokers: Broker[],
    callback?: CallbackWithPromise<Connection>,
  ): void | Promise<Connection> {
    const first = this.#first(brokers);
    if (callback === undefined) return first;
    first.then(
      connection => this.#tell(callback as Entry['waiting'][number], null, connection),
      (error: unknown) => this.#tell(callback as Entry['waiting'][number], errorOf(error)),
    );
  }

  override getEstablishedConnection(broker: Broker): Connection | undefined {
    return this.#entries.get(keyOf(broker))?.connection ?? undefined;
  }

  override close(callback: CallbackWithPromise<void>): void;
  override close(): Promise<void>;
  override close(callback?: CallbackWithPromise<void>): void | Promise<void> {
    this.#isClosed = true;
    const all = [...this.#entries.values()].map(async ({ connection }) => connection?.close());
    this.#entries.clear();
    const closed = Promise.allSettled(all).then(() => undefined);
    if (callback === undefined) return closed;
    void closed.then(() => this.#tell(callback as unknown as Entry['waiting'][number], null));
  }

  override isActive(): boolean {
    return this.#entries.size > 0;
  }

  override isConnected(): boolean {
    const entries = [...this.#entries.values()];
    return entries.length > 0 && entries.every(({ connection }) => connection?.isConnected() === true);
  }

  override has(broker: Broker): boolean {
    return this.#entries.has(keyOf(broker));
  }

  async #first(brokers: readonly Broker[]): Promise<Connection> {
    const errors: Error[] = [];
    for (const broker of brokers.slice(0, MOST_TRIED)) {
      try {
        return await this.get(broker);
      } catch (error) {
        errors.push(errorOf(error));
      }
    }
    throw new MultipleErrors('Cannot connect to any broker.', errors);
  }

  #get(broker: Broker | undefined, done: Entry['waiting'][number]): void {
    if (this.#isClosed || broker === undefined) {
      done(
        new NetworkError(broker === undefined ? 'a broker that nobody has named' : 'The client is closed.'),
      );
      return;
    }
    const key = keyOf(broker);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const begun: Entry = { connection: null, waiting: [done] };
      this.#entries.set(key, begun);
      void this.#dial(key, broker, begun);
    } else if (entry.connection === null) entry.waiting.push(done);
    else if (entry.connection.status === ConnectionStatuses.CONNECTED) done(null, entry.connection);
    else {
      const { connection } = entry;
      const ready = (error: Error | null): void => done(error, error === null ? connection : undefined);
      connection.ready(ready as CallbackWithPromise<void>);
    }
  }

  async #dial(key: string, broker: Broker, entry: Entry): Promise<void> {
    try {
      const connection = await this.#connect(broker);
      const payload: ConnectionPoolEventPayload = { broker, connection };
      entry.connection = connection;
      const gone = (): void => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      };
      connection.once('close', () => {
        gone();
        this.emit('disconnect', payload);
      });
      connection.once('error', gone);
      if (this.#isClosed) {
        void connection.close();
        throw new NetworkError('The client is closed.');
      }
      this.emit('connect', payload);
      for (const done of entry.waiting.splice(0)) this.#tell(done, null, connection);
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      for (const done of entry.waiting.splice(0)) this.#tell(done, errorOf(error));
    }
  }

  /** Connects to the first address of a broker that answers. */
  async #connect({ host, port }: Broker): Promise<GuardedConnection> {
    if (!HOST.test(host) || !Number.isInteger(port) || port < 1 || port > 65_535)
      throw new NetworkError(`'${host.slice(0, 80)}:${port}' is no address of a broker`);
    const { connection } = this.guard;
    const isNamed = connection.tls !== undefined && isIP(host) === 0;
    const options = isNamed ? { ...connection, tlsServerName: host } : connection;
    let failure: unknown = null;
    for (const address of await this.#addresses.addressesOf(host)) {
      const opened = new GuardedConnection(this.clientName, options, this.guard);
      try {
        await opened.open(address, port);
        return opened;
      } catch (error) {
        failure = error;
        void opened.close();
      }
    }
    throw errorOf(failure ?? new Error(`'${host}' has no address`));
  }

  /** What the client does with an answer may fail: that is its end, not this process's. */
  #tell(done: Entry['waiting'][number], error: Error | null, connection?: Connection): void {
    try {
      done(error, connection);
    } catch (failure) {
      this.guard.broken(errorOf(failure));
    }
  }
}

function keyOf({ host, port }: Broker): string {
  return `${host}:${port}`;
}

/** An error as the client wants them, which asks each whether it is to be tried again. */
function errorOf(error: unknown): Error {
  if (error instanceof Error && 'findBy' in error) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new NetworkError(cause.message);
}
