import { statSync } from 'node:fs';

/** The processes that are started while a user waits. */
export const PROCESSES = ['wire', 'runner', 'engine'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What the compiler writes whenever it writes code of a package: where packages are installed, there is none. */
const COMPILED = [
  '../tsconfig.tsbuildinfo',
  '../../engine/tsconfig.tsbuildinfo',
  '../../protocol/tsconfig.tsbuildinfo',
];

/**
 * The script that a process starts from: its modules in one file, as the build makes it, or, where code has been compiled since, the
 * modules themselves. Node reads and links hundreds of small files for half a second.
 *
 * @param from a file in the folder of the compiled code
 */
export function entryOf(name: ProcessName, from: string | URL = import.meta.url): URL {
  const bundled = new URL(bundlePath(name), from);
  return isFresh(bundled, from) ? bundled : new URL(modulePath(name), from);
}

/** Whether all bundles are there and as new as the compiled code. */
export function areBundled(from: string | URL = import.meta.url): boolean {
  return PROCESSES.every(name => isFresh(new URL(bundlePath(name), from), from));
}

/** Where a process begins, from the folder of compiled code. */
export function modulePath(name: ProcessName): string {
  return `./${name}/main.js`;
}

export function bundlePath(name: ProcessName): string {
  return `./bundled/${name}/main.js`;
}

function isFresh(bundle: URL, from: string | URL): boolean {
  const made = changedAt(bundle);
  return made !== null && COMPILED.every(file => (changedAt(new URL(file, from)) ?? 0) <= made);
}

function changedAt(file: URL): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
