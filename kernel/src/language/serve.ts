import type { Answer, Call } from './messages.js';
import type { LanguageService } from './service.js';

/** What the first cell of most notebooks needs, whatever it imports. */
export const EVERY_CELL = 'console.log(1);';

/** Answers the calls of the wire process in the order in which they come, and ends with it. */
export function serve(service: LanguageService): void {
  process.on('message', ({ id, method, args }: Call) => {
    const call = service[method].bind(service) as (...values: readonly unknown[]) => unknown;
    try {
      answer({ id, value: call(...args), error: null });
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      answer({ id, value: null, error: text });
    }
  });
  process.on('disconnect', () => process.exit(0));
  // A terminal sends it to every process of the kernel; the wire process ends this one.
  process.on('SIGINT', () => undefined);
  answer({ id: null });
  service.warmUp(EVERY_CELL);
}

function answer(message: Answer): void {
  process.send?.(message, () => undefined);
}
