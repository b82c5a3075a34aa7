import type { Runtime } from '../runtime/runtime.js';
import { partsOf, type HeldQuery } from './hostQueries.js';

/** Stops a wait. */
export interface Abandon {
  /** Whether nobody waits any more. */
  readonly isOver: boolean;
  onOver(listener: () => void): () => void;
}

/**
 * Resolves when a query has what the clock has let out so far: all of it, where none holds the input. Rejects with the query's error; resolves as well once the
 * wait is over.
 */
export async function whenCurrent(held: HeldQuery, { clock }: Runtime, abandon?: Abandon): Promise<void> {
  const { query } = held;
  // What reads the sources is the lowest of the queries that it runs on.
  const [{ query: reading, prepared }] = partsOf(held);
  const isCurrent = (): boolean =>
    query.isCaughtUp &&
    reading.plan.sources.every(({ node }, at) => {
      if (prepared.sources[at].live || reading.ports[at].ended) return true;
      return node.clocked && clock.mode !== 'max';
    });
  while (query.error === null && !isCurrent() && abandon?.isOver !== true) {
    await new Promise<void>(resolve => {
      const stops = [query, clock].map(each => each.onChange(() => go()));
      if (abandon !== undefined) stops.push(abandon.onOver(() => go()));
      const go = (): void => {
        for (const stop of stops) stop();
        resolve();
      };
    });
  }
  if (query.error !== null) throw query.error;
}
