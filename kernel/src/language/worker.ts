import * as nodeModule from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Call, Question, Told } from './messages.js';
import type { FileCall, Outside } from './outside.js';

/** The language service on its own thread: it answers calls in the order in which they come. */
// TypeScript is nine megabytes of text: where Node can keep it compiled, the next start is shorter.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { AskingLanguage } = await import('./asking.js');
const port = parentPort!;
const { directory } = workerData as { directory: string };
const asked = new Map<number, (sample: Told['sample']) => void>();
let questions = 0;

const outside: Outside = {
  look: ({ make, path, options }: FileCall) => ask({ type: 'look', call: { make, path, options } }),
  sample: name => ask({ type: 'sample', name }),
};
const language = new AskingLanguage(directory, outside);

function ask(
  what: { type: 'look'; call: FileCall } | { type: 'sample'; name: string },
): Promise<Told['sample']> {
  const question = ++questions;
  return new Promise(resolve => {
    asked.set(question, resolve);
    port.postMessage({ question, ...what } satisfies Question);
  });
}

async function answer({ id, method, args }: Call): Promise<void> {
  const call = language[method].bind(language) as (...values: readonly unknown[]) => Promise<unknown>;
  let reply: Answer;
  try {
    reply = { id, value: await call(...args), error: null };
  } catch (error) {
    reply = {
      id,
      value: null,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  port.postMessage(reply);
}

port.on('message', (message: Call | Told) => {
  if ('question' in message) {
    asked.get(message.question)?.(message.sample);
    asked.delete(message.question);
  } else void answer(message);
});

language.service.warmUp();
