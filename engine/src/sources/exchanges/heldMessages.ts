/** So much of one symbol waits for a snapshot: minutes of changes. */
const MOST_BYTES = 4 << 20;
const MOST_MESSAGES = 4096;

/** A message that waits: when it was received and when it was sent, in microseconds, and its last update. */
export interface HeldMessage {
  readonly bytes: Uint8Array;
  readonly atUs: number;
  readonly timeUs: number;
  readonly lastId: number;
}

/**
 * Messages that wait, in order. Past a bound the oldest go: a snapshot that comes is newer. So do all where ids go back although time goes on: they
 * are from before the ids began anew.
 */
export class HeldMessages {
  readonly #messages: HeldMessage[] = [];
  #bytes = 0;

  push(message: HeldMessage): void {
    const last = this.#messages.at(-1);
    if (last !== undefined && message.lastId < last.lastId && message.timeUs > last.timeUs) this.clear();
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
