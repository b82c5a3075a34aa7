import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { areBundled, bundlePath, entryOf, modulePath, PROCESSES } from './entries.js';

let root: string;
let from: URL;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-entries-'));
  from = pathToFileURL(join(root, 'kernel', 'dist', 'entries.js'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A file that was last changed at a time, in seconds. */
function put(path: URL, seconds: number): void {
  mkdirSync(dirname(fileURLToPath(path)), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, seconds, seconds);
}

const bundle = (name: 'wire' | 'runner' | 'engine'): URL => new URL(bundlePath(name), from);
const module = (name: 'wire' | 'runner' | 'engine'): URL => new URL(modulePath(name), from);

it('starts from the modules where nothing is bundled', () => {
  expect(entryOf('engine', from)).toEqual(module('engine'));
  expect(areBundled(from)).toBe(false);
});

it('starts from the bundle where no code was compiled since, as where packages are installed', () => {
  for (const name of PROCESSES) put(bundle(name), 100);
  expect(entryOf('runner', from)).toEqual(bundle('runner'));
  expect(areBundled(from)).toBe(true);
});

it.each(['kernel', 'engine', 'protocol'])('starts from the modules where %s was compiled since', name => {
  for (const each of PROCESSES) put(bundle(each), 100);
  put(pathToFileURL(join(root, name, 'tsconfig.tsbuildinfo')), 100);
  expect(areBundled(from)).toBe(true);
  put(pathToFileURL(join(root, name, 'tsconfig.tsbuildinfo')), 101);
  expect(entryOf('wire', from)).toEqual(module('wire'));
  expect(areBundled(from)).toBe(false);
});
