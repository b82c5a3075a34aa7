import type { Arrival } from './arrival.js';
import type { ArrivalTaker, Connect, Connection } from './connection.js';
import type { World } from './source.js';

/** Connections that rows and their events are read from together: what is equal is connected once. */
const SHARED = new WeakMap<World, Map<string, Shared>>();

/** How a taker joins a connection. */
export interface Joining {
  /** What connections have in common that may be one. */
  readonly key: string;
  /** Whether it only looks on: there is at most one taker of a connection that does not. */
  readonly looksOn: boolean;
  /** Whether it has to be there from the connection's start. */
  readonly fromStart: boolean;
}

/** Joins a connection of the same key in this world, or makes one. */
export function joinConnection(
  world: World,
  joining: Joining,
  taker: ArrivalTaker,
  make: Connect,
): Connection {
  let connections = SHARED.get(world);
  if (connections === undefined) SHARED.set(world, (connections = new Map<string, Shared>()));
  const known = connections.get(joining.key);
  if (known?.takes(joining) === true) return known.join(joining, taker);
  const { key } = joining;
  const shared: Shared = new Shared(make, () => {
    if (connections.get(key) === shared) connections.delete(key);
  });
  if (known === undefined || !joining.looksOn) connections.set(key, shared);
  return shared.join(joining, taker);
}

interface Member {
  readonly taker: ArrivalTaker;
  readonly looksOn: boolean;
  started: boolean;
}

/** One connection with several takers: it lives as long as one of them. */
class Shared implements ArrivalTaker {
  readonly #members = new Set<Member>();
  readonly #connection: Connection;
  /** What the connection that is open now was opened with. */
  #opened: Arrival | null = null;
  #hasBeenOpened = false;
  #isOver = false;

  constructor(
    make: Connect,
    private readonly gone: () => void,
  ) {
    this.#connection = make(this);
  }

  /** Whether a taker may join. */
  takes({ looksOn, fromStart }: Joining): boolean {
    if (this.#isOver || (fromStart && this.#hasBeenOpened)) return false;
    return looksOn || [...this.#members].every(member => member.looksOn);
  }

  join({ looksOn }: Joining, taker: ArrivalTaker): Connection {
    const member: Member = { taker, looksOn, started: false };
    const connection = this.#connection;
    this.#members.add(member);
    return {
      get trouble() {
        return connection.trouble;
      },
      start: () => this.#start(member),
      hold: () => connection.hold(),
      release: () => connection.release(),
      ask: request => connection.ask(request),
      close: () => this.#leave(member),
    };
  }

  take(arrival: Arrival): void {
    if (arrival.kind !== 'message') {
      this.#opened = arrival.kind === 'opened' ? arrival : null;
      this.#hasBeenOpened = true;
    }
    for (const { taker, started } of this.#members) if (started) taker.take(arrival);
  }

  drained(): void {
    for (const { taker } of this.#members) taker.drained();
  }

  refuse(reason: string, text: string): void {
    for (const { taker, looksOn } of this.#members) if (!looksOn) taker.refuse(reason, text);
  }

  ended(): void {
    this.#isOver = true;
    this.gone();
    for (const { taker } of this.#members) taker.ended();
  }

  #start(member: Member): void {
    if (member.started) return;
    member.started = true;
    if (this.#opened !== null) {
      member.taker.take(this.#opened);
      member.taker.drained();
    }
    this.#connection.start();
  }

  #leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    if (!member.looksOn) this.#connection.release();
    if (this.#members.size > 0) return;
    this.#isOver = true;
    this.gone();
    this.#connection.close();
  }
}
