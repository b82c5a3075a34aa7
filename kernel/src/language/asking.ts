import type { CellSource, Completeness, Completion, Language, Prepared } from './api.js';
import { within, type Outside } from './outside.js';
import type { LanguageService } from './service.js';

/** How long an inspection waits for values to show, in milliseconds. */
const PATIENCE_MS = 400;

/**
 * The language service with the engine to ask: which columns the files have that a cell names, and what values columns have. One request is answered
 * after the other, whatever it waits for.
 */
export class AskingLanguage implements Omit<Language, 'close' | 'connect'> {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly service: LanguageService,
    readonly outside: Outside,
  ) {}

  prepare(source: CellSource): Promise<Prepared> {
    return this.#inTurn(async () => {
      await this.service.see(source.code, this.outside);
      return this.service.prepare(source);
    });
  }

  commit(...args: Parameters<Language['commit']>): Promise<void> {
    return this.#inTurn(() => this.service.commit(...args));
  }

  forget(): Promise<void> {
    return this.#inTurn(() => this.service.forget());
  }

  complete(code: string, cursor: number): Promise<Completion> {
    return this.#inTurn(async () => {
      await this.service.see(code, this.outside, cursor);
      return this.service.complete(code, cursor);
    });
  }

  inspect(...[code, cursor, detail]: Parameters<Language['inspect']>): ReturnType<Language['inspect']> {
    return this.#inTurn(async () => {
      await this.service.see(code, this.outside);
      const name = this.service.sampled(code, cursor);
      const sample = name === null ? null : await within(this.outside.sample(name), PATIENCE_MS);
      return this.service.inspect(code, cursor, detail, sample);
    });
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#inTurn(() => this.service.isComplete(code));
  }

  #inTurn<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
