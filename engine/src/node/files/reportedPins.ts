import { appendFile } from 'node:fs/promises';
import type { FoundPin, Pins } from '../../sources/pin.js';
import { filePins } from './pins.js';

/**
 * Pins that are compared and written by somebody else: what is found where something is pinned goes into a file, a line of JSON each, and the
 * file beside the notebook stays as it is. With `MILLRACE_PINS=renew` nothing counts as pinned.
 */
export function reportedPins(report: string): Pins {
  const renew = process.env.MILLRACE_PINS === 'renew';
  let written: Promise<void> = Promise.resolve();
  return {
    get: async (path, directory) => (renew ? null : filePins.get(path, directory)),
    put: () => Promise.resolve(),
    hash: (path, directory) => filePins.hash(path, directory),
    result: async (name, directory) => (renew ? null : filePins.result(name, directory)),
    putResult: () => Promise.resolve(),
    found: (found: FoundPin) => {
      written = written.then(() => appendFile(report, `${JSON.stringify(found)}\n`));
      return written;
    },
  };
}
