import type { Language } from './api.js';
import { LanguageProcess } from './languageProcess.js';
import type { Call, Question } from './messages.js';
import type { Outside } from './outside.js';

/** A request to the language service failed in a way that is no finding about the cell. */
export class LanguageError extends Error {
  override readonly name = 'LanguageError';
}

interface Waiting {
  readonly call: Call;
  resolve(value: never): void;
  reject(error: Error): void;
}

/** Makes `Language` out of messages to a process that holds the service, so that type checking never blocks the sockets. */
export class LanguageClient implements Language {
  readonly #waiting = new Map<number, Waiting>();
  readonly #process: LanguageProcess;
  #lastId = 0;
  #outside: Outside | null = null;

  /** @param directory the notebook's folder, absolute */
  constructor(directory: string) {
    this.#process = new LanguageProcess(directory, {
      answer: ({ id, value, error }) => {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (error === null) waiting?.resolve(value as never);
        else waiting?.reject(new LanguageError(error));
      },
      question: question => void this.#ask(question),
      lost: why => this.#fail(new LanguageError(why)),
      again: () => {
        for (const { call } of this.#waiting.values()) this.#process.send(call);
      },
    });
  }

  prepare: Language['prepare'] = (...args) => this.#call('prepare', args);
  commit: Language['commit'] = (...args) => this.#call('commit', args);
  forget: Language['forget'] = (...args) => this.#call('forget', args);
  complete: Language['complete'] = (...args) => this.#call('complete', args);
  inspect: Language['inspect'] = (...args) => this.#call('inspect', args);
  isComplete: Language['isComplete'] = (...args) => this.#call('isComplete', args);

  /** Starts the process: before that nothing may be asked. */
  begin(): void {
    this.#process.begin();
  }

  connect(outside: Outside): void {
    this.#outside = outside;
  }

  async close(): Promise<void> {
    // Nobody waits for answers any more.
    this.#waiting.clear();
    await this.#process.close();
  }

  #call<Method extends Call['method']>(
    method: Method,
    args: Parameters<Language[Method]>,
  ): ReturnType<Language[Method]> {
    const call: Call = { id: ++this.#lastId, method, args };
    const answer = new Promise((resolve, reject) => this.#waiting.set(call.id, { call, resolve, reject }));
    this.#process.send(call);
    return answer as ReturnType<Language[Method]>;
  }

  /** Gives the process what the engine answers: it waits for an answer to each question, and not for long. */
  async #ask(question: Question): Promise<void> {
    const outside = this.#outside;
    const answer = question.type === 'look' ? outside?.look(question.call) : outside?.sample(question.name);
    const sample = (await answer?.catch(() => null)) ?? null;
    this.#process.send({ question: question.question, sample });
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
