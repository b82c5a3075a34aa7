import * as nodeModule from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Call } from './messages.js';

/** The language service on its own thread: it answers calls in the order in which they come. */
// TypeScript is nine megabytes of text: where Node can keep it compiled, the next start is shorter.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { LanguageService } = await import('./service.js');
const port = parentPort!;
const { directory } = workerData as { directory: string };
const service = new LanguageService(directory);

port.on('message', ({ id, method, args }: Call) => {
  const call = service[method].bind(service) as (...values: readonly unknown[]) => unknown;
  let answer: Answer;
  try {
    answer = { id, value: call(...args), error: null };
  } catch (error) {
    answer = {
      id,
      value: null,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  port.postMessage(answer);
});

service.warmUp();
