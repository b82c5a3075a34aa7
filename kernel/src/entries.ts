import { isNewerThanCode } from './compiled.js';

/** The processes that are started while a user waits. */
export const PROCESSES = ['wire', 'runner', 'engine'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/**
 * The script that a process starts from: its modules in one file, as the build makes it, or, where code has been compiled since, the
 * modules themselves. Node reads and links hundreds of small files for half a second.
 *
 * @param from a file in the folder of the compiled code
 */
export function entryOf(name: ProcessName, from: string | URL = import.meta.url): URL {
  const bundled = new URL(bundlePath(name), from);
  return isNewerThanCode(bundled, from) ? bundled : new URL(modulePath(name), from);
}

/** Whether all bundles are there and as new as the compiled code. */
export function areBundled(from: string | URL = import.meta.url): boolean {
  return PROCESSES.every(name => isNewerThanCode(new URL(bundlePath(name), from), from));
}

/** Where a process begins, from the folder of compiled code. */
export function modulePath(name: ProcessName): string {
  return `./${name}/main.js`;
}

export function bundlePath(name: ProcessName): string {
  return `./bundled/${name}/main.js`;
}
