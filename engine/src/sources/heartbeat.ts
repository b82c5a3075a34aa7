import type { World } from './source.js';

/** A process that was busy may find the answer only after the alarm: so long it may still look. */
const SECOND_LOOK_MS = 100;

/** What keeps a connection under watch. */
export interface HeartbeatOptions {
  readonly everyMs: number;
  /** How long nothing may be heard after a beat. */
  readonly timeoutMs: number;
  /** Whether to beat even where something has been heard since the last time. */
  readonly always: boolean;
}

/**
 * Watches one connection: beats (a ping, a message) every so often, and finds it dead where nothing is heard afterwards. A connection whose other
 * side has vanished without a word is found after `2 × every + timeout` at the latest.
 */
export class Heartbeat {
  #heard = true;
  #cancel: (() => void) | null = null;

  constructor(
    private readonly options: HeartbeatOptions,
    private readonly world: World,
    private readonly beat: () => void,
    private readonly dead: () => void,
  ) {
    this.#next();
  }

  /** Something has come. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #next(): void {
    const { everyMs, timeoutMs, always } = this.options;
    this.#cancel = this.world.after(everyMs, () => {
      if (this.#heard && !always) {
        this.#heard = false;
        this.#next();
        return;
      }
      this.#heard = false;
      this.beat();
      this.#cancel = this.world.after(timeoutMs, () => this.#look(SECOND_LOOK_MS));
    });
  }

  #look(againMs: number): void {
    if (this.#heard) this.#next();
    else if (againMs > 0) this.#cancel = this.world.after(againMs, () => this.#look(0));
    else this.dead();
  }
}
