import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

/** A hash of the names and contents of files and folders (given from the checkout); missing ones count as missing. */
export function hashOf(paths, accept = () => true) {
  const hash = createHash('sha256');
  for (const path of paths) addTo(hash, join(ROOT, path), accept);
  return hash.digest('hex');
}

function addTo(hash, path, accept) {
  const status = statSync(path, { throwIfNoEntry: false });
  const name = relative(ROOT, path).replaceAll('\\', '/');
  if (status === undefined) {
    hash.update(`missing ${name}\n`);
  } else if (status.isDirectory()) {
    for (const entry of readdirSync(path).sort()) addTo(hash, join(path, entry), accept);
  } else if (accept(name)) {
    hash.update(`${name} ${status.size}\n`).update(readFileSync(path));
  }
}

/** Whether the work of this name was last done for this hash. */
export function isStamped(name, hash) {
  try {
    return readFileSync(join(CACHE, 'stamps', name), 'utf8') === hash;
  } catch {
    return false;
  }
}

export function writeStamp(name, hash) {
  mkdirSync(join(CACHE, 'stamps'), { recursive: true });
  writeFileSync(join(CACHE, 'stamps', name), hash);
}
