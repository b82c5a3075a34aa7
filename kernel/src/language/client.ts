import { Worker } from 'node:worker_threads';
import type { Language } from './api.js';
import type { Answer, Call, Question, Told } from './messages.js';
import type { Outside } from './outside.js';

/** A request to the language service failed in a way that is no finding about the cell. */
export class LanguageError extends Error {
  override readonly name = 'LanguageError';
}

/** Makes `Language` out of messages to a worker that holds the service, so that type checking never blocks the sockets. */
export class LanguageClient implements Language {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #lastId = 0;
  #outside: Outside | null = null;

  /** @param directory the notebook's folder, absolute */
  constructor(directory: string, worker = startWorker(directory)) {
    this.#worker = worker;
    worker.on('message', (answer: Answer | Question) => {
      if ('question' in answer) {
        void this.#ask(answer);
        return;
      }
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === null) waiting?.resolve(answer.value as never);
      else waiting?.reject(new LanguageError(answer.error));
    });
    worker.on('error', error =>
      this.#fail(error instanceof Error ? error : new LanguageError(String(error))),
    );
    worker.on('exit', () => this.#fail(new LanguageError('The language service has stopped.')));
  }

  prepare: Language['prepare'] = (...args) => this.#call('prepare', args);
  commit: Language['commit'] = (...args) => this.#call('commit', args);
  forget: Language['forget'] = (...args) => this.#call('forget', args);
  complete: Language['complete'] = (...args) => this.#call('complete', args);
  inspect: Language['inspect'] = (...args) => this.#call('inspect', args);
  isComplete: Language['isComplete'] = (...args) => this.#call('isComplete', args);

  connect(outside: Outside): void {
    this.#outside = outside;
  }

  async close(): Promise<void> {
    // Nobody waits for answers any more.
    this.#waiting.clear();
    await this.#worker.terminate();
  }

  #call<Method extends Call['method']>(
    method: Method,
    args: Parameters<Language[Method]>,
  ): ReturnType<Language[Method]> {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, method, args } satisfies Call);
    return answer as ReturnType<Language[Method]>;
  }

  /** Gives the worker what the engine answers: it waits for an answer to each question, and not for long. */
  async #ask(question: Question): Promise<void> {
    const outside = this.#outside;
    const answer = question.type === 'look' ? outside?.look(question.call) : outside?.sample(question.name);
    const sample = (await answer?.catch(() => null)) ?? null;
    this.#worker.postMessage({ question: question.question, sample } satisfies Told);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

function startWorker(directory: string): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { workerData: { directory } });
}
