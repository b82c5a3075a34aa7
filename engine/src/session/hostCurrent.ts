import type { Runtime } from '../runtime/runtime.js';
import type { HeldQuery } from './hostQueries.js';

/** Resolves when a query has what the clock has let out so far: all of it, where none holds the input. */
export async function whenCurrent({ query, prepared }: HeldQuery, { clock }: Runtime): Promise<void> {
  const isCurrent = (): boolean =>
    query.isCaughtUp &&
    query.plan.sources.every(({ node }, at) => {
      if (prepared.sources[at].live || query.ports[at].ended) return true;
      return node.clocked && clock.mode !== 'max';
    });
  while (query.error === null && !isCurrent()) {
    await new Promise<void>(resolve => {
      const stops = [query, clock].map(each => each.onChange(() => go()));
      const go = (): void => {
        for (const stop of stops) stop();
        resolve();
      };
    });
  }
  if (query.error !== null) throw query.error;
}
