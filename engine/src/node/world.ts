import { SourceError } from '../sources/error.js';
import type { World } from '../sources/source.js';

const REACHES = ['all', 'beyondLinkLocal', 'public'] as const;

/**
 * The real world: this machine's clock, timers and randomness, and a folder that relative paths start from. Who runs Millrace for others says in the
 * environment which machines it may connect to: `MILLRACE_REACH=public`. Error `MR3511` for what that cannot be.
 */
export function realWorld(directory: string, reach = process.env.MILLRACE_REACH ?? 'beyondLinkLocal'): World {
  const known = REACHES.find(each => each === reach);
  if (known === undefined) {
    throw new SourceError(
      'MR3511',
      `MILLRACE_REACH is '${reach}'.`,
      `It is one of ${REACHES.map(each => `'${each}'`).join(', ')}.`,
    );
  }
  return {
    directory,
    reach: known,
    now: () => Date.now(),
    precise: () => performance.now(),
    random: () => Math.random(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
