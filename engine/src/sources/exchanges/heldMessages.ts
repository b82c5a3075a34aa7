/** So much of one symbol waits for a snapshot: minutes of changes. */
const MOST_BYTES = 4 << 20;
const MOST_MESSAGES = 4096;

/** A message that waits, and when it was received, in microseconds. */
export interface HeldMessage {
  readonly bytes: Uint8Array;
  readonly atUs: number;
}

/** Messages that wait, in order. Past a bound the oldest go: a snapshot that comes is newer. */
export class HeldMessages {
  readonly #messages: HeldMessage[] = [];
  #bytes = 0;

  push(message: HeldMessage): void {
    this.#messages.push(message);
    this.#bytes += message.bytes.length;
    while (this.#bytes > MOST_BYTES || this.#messages.length > MOST_MESSAGES) {
      this.#bytes -= this.#messages.shift()!.bytes.length;
    }
  }

  all(): readonly HeldMessage[] {
    return this.#messages;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#bytes = 0;
  }
}
