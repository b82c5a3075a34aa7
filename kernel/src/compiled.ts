import { statSync } from 'node:fs';

/** What the compiler writes whenever it writes code of a package, from the kernel's compiled code: where packages are installed, there is none. */
const COMPILED = {
  kernel: '../tsconfig.tsbuildinfo',
  engine: '../../engine/tsconfig.tsbuildinfo',
  protocol: '../../protocol/tsconfig.tsbuildinfo',
} as const;

/**
 * Whether a file that the build makes of compiled code is there, and no code of these packages has been compiled since.
 *
 * @param from a file in the folder of the kernel's compiled code
 */
export function isNewerThanCode(
  made: URL,
  from: string | URL = import.meta.url,
  packages: readonly (keyof typeof COMPILED)[] = ['kernel', 'engine', 'protocol'],
): boolean {
  const madeAt = changedAt(made);
  return madeAt !== null && packages.every(name => (changedAt(new URL(COMPILED[name], from)) ?? 0) <= madeAt);
}

function changedAt(file: URL): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
