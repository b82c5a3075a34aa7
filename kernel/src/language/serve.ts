import { AskingLanguage } from './asking.js';
import type { Answer, Call, Question, Told } from './messages.js';
import type { FileCall, Outside } from './outside.js';
import type { LanguageService } from './service.js';

/** More questions at once are answered by nothing: an engine that is busy is not asked for more. */
const MOST_ASKED = 200;

/** What the first cell of most notebooks needs, whatever it imports. */
export const EVERY_CELL = 'console.log(1);';

/** Answers the calls of the wire process in the order in which they come, and ends with it. */
export function serve(service: LanguageService): void {
  const asked = new Map<number, (sample: Told['sample']) => void>();
  const ask = (
    what: { type: 'look'; call: FileCall } | { type: 'sample'; name: string },
  ): Promise<Told['sample']> =>
    new Promise(resolve => {
      if (asked.size >= MOST_ASKED) return resolve(null);
      const question = ++questions;
      asked.set(question, resolve);
      send({ question, ...what });
    });
  let questions = 0;
  const outside: Outside = {
    look: ({ make, path, options }) => ask({ type: 'look', call: { make, path, options } }),
    sample: name => ask({ type: 'sample', name }),
  };
  const language = new AskingLanguage(service, outside);
  process.on('message', (message: Call | Told) => {
    if ('question' in message) {
      asked.get(message.question)?.(message.sample);
      asked.delete(message.question);
    } else void answer(language, message);
  });
  process.on('disconnect', () => process.exit(0));
  // A terminal sends it to every process of the kernel; the wire process ends this one.
  process.on('SIGINT', () => undefined);
  send({ id: null });
  service.warmUp(EVERY_CELL);
}

async function answer(language: AskingLanguage, { id, method, args }: Call): Promise<void> {
  const call = language[method].bind(language) as (...values: readonly unknown[]) => Promise<unknown>;
  try {
    send({ id, value: await call(...args), error: null });
  } catch (error) {
    send({ id, value: null, error: errorText(error) });
  }
}

/** TypeScript goes down into what a cell has written, and has no bound of its own. */
function errorText(error: unknown): string {
  if (error instanceof RangeError && error.message.includes('call stack'))
    return 'MR4193 the cell is nested too deeply for TypeScript: brackets within brackets, or one expression of thousands of parts. Put the data into a file, or make them in a loop.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function send(message: Answer | Question): void {
  process.send?.(message, () => undefined);
}
