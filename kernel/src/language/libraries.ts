/** A library of TypeScript's, and whether the Node that runs cells has what it declares. */
type Library = readonly [name: string, isThere: () => boolean];

const has = (owner: unknown, name: string): boolean =>
  owner !== undefined && owner !== null && name in Object(owner);
const named = (name: string): unknown => (globalThis as Readonly<Record<string, unknown>>)[name];
const prototypeOf = (name: string): unknown =>
  (named(name) as { prototype?: unknown } | undefined)?.prototype;

/** What is newer than the oldest Node that the kernel runs on, by one name of each library that a Node has or lacks with the others. */
const NEWER: readonly Library[] = [
  ['es2024.arraybuffer', () => has(prototypeOf('ArrayBuffer'), 'transfer')],
  ['es2024.collection', () => has(named('Map'), 'groupBy')],
  ['es2024.object', () => has(named('Object'), 'groupBy')],
  ['es2024.promise', () => has(named('Promise'), 'withResolvers')],
  ['es2025.collection', () => has(prototypeOf('Set'), 'union')],
  ['es2025.float16', () => has(globalThis, 'Float16Array')],
  ['es2025.intl', () => has(named('Intl'), 'DurationFormat')],
  ['es2025.iterator', () => has(globalThis, 'Iterator')],
  ['es2025.promise', () => has(named('Promise'), 'try')],
  ['es2025.regexp', () => has(named('RegExp'), 'escape')],
  ['esnext.array', () => has(named('Array'), 'fromAsync')],
  ['esnext.collection', () => has(prototypeOf('Map'), 'getOrInsert')],
  ['esnext.error', () => has(named('Error'), 'isError')],
  ['esnext.sharedmemory', () => has(named('Atomics'), 'pause')],
  ['esnext.typedarrays', () => has(named('Uint8Array'), 'fromBase64')],
];

/** What every Node that the kernel runs on has, the kernel provides (`Temporal`), or the compiler writes out. */
const ALWAYS = [
  'es2023',
  'es2024.regexp',
  'es2024.sharedmemory',
  'es2024.string',
  'esnext.decorators',
  'esnext.disposable',
  'esnext.intl',
  'esnext.temporal',
  'esnext.date',
];

/**
 * The files of TypeScript's libraries that say what the running Node has: what they do not declare would fail when the cell runs.
 */
export function libraries(): string[] {
  const newer = NEWER.filter(([, isThere]) => isThere()).map(([name]) => name);
  return [...ALWAYS, ...newer].map(name => `lib.${name}.d.ts`);
}
