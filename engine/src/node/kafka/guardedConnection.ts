import { Connection, GenericError, NetworkError, Reader } from '@platformatic/kafka';
import type { Callback, ConnectionOptions, ResponseParser } from '@platformatic/kafka';
import { monotonicMs } from '../../sources/receiveClock.js';
import { checkAnswer, JOIN_GROUP, SYNC_GROUP } from './answerChecks.js';
import { BoundedReader } from './boundedReader.js';
import { readFetch } from './fetchAnswer.js';
import type { KafkaGuard } from './kafkaGuard.js';
import { FrameScreen } from './frameScreen.js';

const FETCH = 1;
/** A broker that is asked and says nothing for so long is not there any more. */
const SILENCE_MS = 5000;
const GROUP_SILENCE_MS = 13_000;
const LOOK_MS = 500;

type Send = Connection['send'];

/**
 * A connection to a broker that is not believed: answers are cut and bounded before the client sees them, what it throws over one ends the
 * connection and not the process, and a broker that does not answer is left.
 */
export class GuardedConnection extends Connection {
  readonly #screen = new FrameScreen();
  #waiting = 0;
  #inGroup = 0;
  #heardMs = 0;
  #isSuspect = false;
  #isWatched = false;
  /** Why it was ended from here. */
  #fault: Error | null = null;

  constructor(
    clientId: string,
    options: ConnectionOptions,
    private readonly guard: KafkaGuard,
  ) {
    super(clientId, options);
    // Whoever waits for it is told by its callback.
    this.on('error', () => undefined);
  }

  /** Connects to an address that has been looked at. */
  async open(address: string, port: number): Promise<void> {
    const connected = this.connect(address, port) as Promise<void>;
    const { socket } = this;
    const screen = (): void => {
      const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
      socket.removeAllListeners('data');
      socket.on('data', (chunk: Buffer) => this.#receive(chunk, listeners));
    };
    // Behind the client's own, which begins to listen for data.
    socket?.once('encrypted' in socket ? 'secureConnect' : 'connect', screen);
    await connected;
  }

  override send<Answer>(...args: Parameters<typeof Connection.prototype.send<Answer>>): ReturnType<Send> {
    const [key, version, payload, parser, hasTags, hasAnswerTags, callback] = args;
    const isGroup = key === JOIN_GROUP || key === SYNC_GROUP;
    if (this.#waiting++ === 0) this.#heardMs = monotonicMs(this.guard.world);
    if (isGroup) this.#inGroup++;
    this.#watch();
    const answered: Callback<Answer> = (error, answer) => {
      this.#waiting--;
      if (isGroup) this.#inGroup--;
      callback(error === null ? null : (this.#fault ?? error), answer);
    };
    super.send(key, version, payload, this.#bounded(parser), hasTags, hasAnswerTags, answered);
  }

  #bounded<Answer>(parser: ResponseParser<Answer>): ResponseParser<Answer> {
    return (id, key, version, reader) => {
      try {
        const bounded = new BoundedReader(Reader.from(reader.buffer).buffer);
        const taker = this.guard.fetched;
        if (key === FETCH && taker !== null) return readFetch(version, bounded, taker) as Answer;
        const answer = parser(id, key, version, bounded);
        checkAnswer(key, answer, taker);
        return answer;
      } catch (error) {
        if (error instanceof GenericError || error instanceof AggregateError) throw error;
        throw new NetworkError(`an answer that cannot be read: ${messageOf(error)}`);
      }
    };
  }

  #receive(chunk: Buffer, listeners: readonly ((chunk: Buffer) => void)[]): void {
    this.#heardMs = monotonicMs(this.guard.world);
    this.#isSuspect = false;
    try {
      for (const frame of this.#screen.add(chunk)) {
        if (this.socket.destroyed) return;
        for (const listener of listeners) listener.call(this.socket, frame);
      }
    } catch (error) {
      this.#end(`an answer that cannot be read: ${messageOf(error)}`);
    }
  }

  /** Looks every so often whether what was asked is answered. */
  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { world } = this.guard;
    world.after(LOOK_MS, () => {
      this.#isWatched = false;
      if (this.#waiting === 0 || this.socket.destroyed) return;
      const silent = monotonicMs(world) - this.#heardMs;
      const isLate = silent > (this.#inGroup > 0 ? GROUP_SILENCE_MS : SILENCE_MS);
      // Where this process stood still, what has come is read before the next look.
      if (isLate && this.#isSuspect) this.#end(`no answer within ${Math.round(silent / 1000)} seconds`);
      this.#isSuspect = isLate;
      this.#watch();
    });
  }

  #end(reason: string): void {
    this.#fault ??= new NetworkError(reason);
    this.socket.destroy(this.#fault);
    this.guard.broken(this.#fault);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
