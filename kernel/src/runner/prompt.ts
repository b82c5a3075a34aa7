import { MillraceError } from 'millrace/session';
import type { FromRunner, RunId } from './outputMessages.js';

/** How `prompt` asks. */
export interface PromptOptions {
  /** Whether what is typed is hidden. */
  readonly password?: boolean;
}

/** Prompts are cut to so many characters. */
const MOST_CHARACTERS = 10_000;

/** Asks the front end for a line of input on behalf of cells. */
export class Prompts {
  readonly #send: (message: FromRunner) => void;
  readonly #currentRun: () => RunId;
  readonly #waiting = new Map<
    number,
    { resolve(value: string): void; refuse(): void; readonly run: RunId }
  >();
  #lastId = 0;

  constructor(send: (message: FromRunner) => void, currentRun: () => RunId) {
    this.#send = send;
    this.#currentRun = currentRun;
  }

  /** The global `prompt`: see its declaration in `language/globals.ts`. */
  readonly prompt = (message: unknown = '', options: PromptOptions = {}): Promise<string> => {
    const id = ++this.#lastId;
    const run = this.#currentRun();
    const text = String(message).slice(0, MOST_CHARACTERS);
    // Made here, so that the error points at the line that asks.
    const refused = new MillraceError(
      'MR4129',
      'prompt() cannot ask: nobody sits at this front end, or the cell that asks has ended.',
      'Ask in a cell that is run by hand, and give programs what they need in the environment: process.env.NAME.',
    );
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, refuse: () => reject(refused), run });
      this.#send({ type: 'input', run, id, prompt: text, password: options.password === true });
    });
  };

  /** Takes the answer to a question; null where it could not be asked. */
  answer(id: number, value: string | null): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (value === null) waiting?.refuse();
    else waiting?.resolve(value);
  }

  /** Forgets the questions of a run that was abandoned. */
  abandon(run: RunId): void {
    for (const [id, waiting] of this.#waiting) if (waiting.run === run) this.#waiting.delete(id);
  }
}
