import { Worker } from 'node:worker_threads';
import type { DrawAnswer, Drawn, DrawRequest } from './messages.js';

/** How long a bundle may take, the loading of what draws included, in milliseconds. */
const PATIENCE_MS = 20_000;
/** A thread that nothing was asked of for so long is ended: it holds a hundred megabytes. */
const IDLE_MS = 60_000;
const HEAP_MB = 512;

/** Makes bundles on a thread of its own, which is started when it is needed and ended when it hangs. One at a time. */
export class Drawing {
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;
  #lastId = 0;

  constructor(
    private readonly start: () => Worker = startWorker,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Rejects where the thread hangs, runs out of memory or fails; the next call has another one. */
  async draw(request: Omit<DrawRequest, 'id'>): Promise<Drawn> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.start());
    const id = ++this.#lastId;
    let timer: NodeJS.Timeout | undefined;
    let settle: (() => void) | undefined;
    try {
      return await new Promise<Drawn>((resolve, reject) => {
        const take = (answer: DrawAnswer): void => {
          if (answer.id !== id) return;
          if ('drawn' in answer) resolve(answer.drawn);
          else reject(new Error(answer.error));
        };
        const fail = (error: unknown): void => {
          if (this.#worker === worker) this.#worker = null;
          reject(error instanceof Error ? error : new Error(String(error)));
        };
        const end = (): void => fail(new Error('the thread that draws has ended.'));
        worker.on('message', take).on('error', fail).on('exit', end);
        settle = () => void worker.off('message', take).off('error', fail).off('exit', end);
        timer = setTimeout(() => {
          fail(new Error(`it took longer than ${this.patienceMs / 1000} seconds.`));
          void worker.terminate();
        }, this.patienceMs);
        worker.postMessage({ ...request, id } satisfies DrawRequest);
      });
    } finally {
      clearTimeout(timer);
      settle?.();
      this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    }
  }

  close(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  // Also what comes of it while nobody waits must not end the kernel.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}
