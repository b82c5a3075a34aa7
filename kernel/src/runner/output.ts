import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import type { DisplayData } from './contract.js';
import { messageFrame, streamFrame, type StreamName } from './outputFrames.js';
import type { FromRunner, RunId } from './outputMessages.js';
import { StreamPieces } from './streamPieces.js';

/** The file descriptor of the output pipe in the runner process. */
export const OUTPUT_FD = 4;

/**
 * What leaves the runner. Each call has written everything when it returns, so that nothing is lost whatever the cell
 * does next, and stdout, stderr, displays and replies keep their order.
 */
export interface RunnerOutput {
  stream(name: StreamName, text: string | Uint8Array): void;
  /** Shows something under the cell that is on turn; `update` replaces what was shown under its `displayId`. */
  display(data: DisplayData, update: boolean): void;
  /** Clears the cell's output: at once, or when the next output comes. */
  clear(wait: boolean): void;
  send(message: FromRunner): void;
}

/** @param currentRun Which run output belongs to at this moment. */
export function createRunnerOutput(currentRun: () => RunId, fd: number = OUTPUT_FD): RunnerOutput {
  const pipe = new SyncPipe(fd);
  const pieces = new StreamPieces();
  const send = (message: FromRunner) => pipe.write(messageFrame(message));
  return {
    send,
    stream(name, text) {
      const run = currentRun();
      for (const piece of pieces.cut(name, text)) pipe.write(streamFrame(name, run, Buffer.from(piece)));
    },
    display(data, update) {
      send({ type: 'display', run: currentRun(), update, ...data });
    },
    clear(wait) {
      send({ type: 'clear', run: currentRun(), wait });
    },
  };
}

/**
 * Writes to a pipe until all is written. An interrupt may end the code between two partial writes: the rest is kept and
 * goes out before the next frame, so the framing survives.
 */
class SyncPipe {
  readonly #fd: number;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #rest: Uint8Array | null = null;
  #offset = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array): void {
    this.#finish();
    this.#offset = 0;
    this.#rest = bytes;
    this.#finish();
  }

  #finish(): void {
    while (this.#rest !== null) {
      try {
        this.#offset += writeSync(this.#fd, this.#rest, this.#offset);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE' || code === 'EBADF') process.exit(1);
        if (code !== 'EAGAIN' && code !== 'EINTR') throw error;
        Atomics.wait(this.#sleeper, 0, 0, 2);
        continue;
      }
      if (this.#offset >= this.#rest.byteLength) this.#rest = null;
    }
  }
}
