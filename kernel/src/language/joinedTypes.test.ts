import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JOINED_TYPES, joinedTypes } from './joinedTypes.js';

let root: string;
let engine: string;
let from: URL;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-types-'));
  engine = join(root, 'engine', 'dist');
  from = pathToFileURL(join(root, 'kernel', 'dist', 'compiled.js'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A file that was last changed at a time, in seconds. */
function put(path: string, seconds: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, seconds, seconds);
}

const joined = Object.values(JOINED_TYPES);

it('are not there before all of them are', () => {
  expect(joinedTypes(engine, from).size).toBe(0);
  put(join(engine, joined[0]), 100);
  expect(joinedTypes(engine, from).size).toBe(0);
});

it('stand for what they were made of, as where packages are installed', () => {
  for (const path of joined) put(join(engine, path), 100);
  const types = joinedTypes(engine, from);
  expect(types.get(`${engine.replaceAll('\\', '/')}/node/index.d.ts`)).toMatch(
    /engine\/dist\/types\/node\.d\.ts$/,
  );
  expect(types.size).toBe(joined.length);
});

it.each(['engine', 'protocol'])('are old where %s was compiled since', name => {
  for (const path of joined) put(join(engine, path), 100);
  put(join(root, name, 'tsconfig.tsbuildinfo'), 100);
  expect(joinedTypes(engine, from).size).toBe(joined.length);
  put(join(root, name, 'tsconfig.tsbuildinfo'), 101);
  expect(joinedTypes(engine, from).size).toBe(0);
});
