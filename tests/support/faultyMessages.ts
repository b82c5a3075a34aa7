import { seededRandom } from '../../engine/src/sources/random.js';

/** What happens to messages on their way, as shares of all. */
export interface Faults {
  readonly drop?: number;
  readonly duplicate?: number;
  /** Shares that come after the one behind them. */
  readonly reorder?: number;
}

/** A line that drops, repeats and swaps messages, the same ones for the same seed. It remembers which. */
export class FaultyLine<Message> {
  readonly dropped: Message[] = [];
  readonly duplicated: Message[] = [];
  readonly reordered: Message[] = [];
  readonly #random: () => number;
  #held: Message | null = null;

  constructor(
    private readonly faults: Faults,
    seed: number,
    private readonly deliver: (message: Message) => void,
  ) {
    this.#random = seededRandom(seed);
  }

  send(message: Message): void {
    const { drop = 0, duplicate = 0, reorder = 0 } = this.faults;
    const chance = this.#random();
    if (chance < drop) {
      this.dropped.push(message);
      return;
    }
    if (chance < drop + reorder && this.#held === null) {
      this.reordered.push(message);
      this.#held = message;
      return;
    }
    this.deliver(message);
    if (chance >= 1 - duplicate) {
      this.duplicated.push(message);
      this.deliver(message);
    }
    this.flush();
  }

  /** Delivers what is held to be swapped with what comes next. */
  flush(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.deliver(held);
  }
}
