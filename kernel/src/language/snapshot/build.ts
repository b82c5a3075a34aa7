/** Makes the snapshot of the language process: `node build.js`. Where another process is at it, nothing is done. */
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForSnapshot } from './bundle.js';
import { FILES_VARIABLE, fileMark, isFresh, snapshotPlace, type SnapshotPlace } from './store.js';

/** Who has been at it for longer than this has been ended. */
const STALE_MS = 120_000;
/** What the names of folders begin with in which one is made. */
const MAKING = 'making-';

async function build(place: SnapshotPlace): Promise<void> {
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  const lock = `${place.blob}.lock`;
  if (!isTaken(lock)) return;
  sweep(place.folder);
  const folder = mkdtempSync(join(place.folder, MAKING));
  try {
    const entry = fileURLToPath(new URL('./entry.js', import.meta.url));
    const bundle = bundleForSnapshot(entry);
    const script = join(folder, 'language.cjs');
    const blob = join(folder, 'language.blob');
    const read = join(folder, 'files.json');
    writeFileSync(script, bundle.text);
    await snapshot(script, blob, read);
    const files = [...bundle.files, ...(JSON.parse(readFileSync(read, 'utf8')) as string[])];
    const marks = [...new Set(files)].map(fileMark);
    // Marks of the one beside the blob of the other are never fresh: they go first, and come last.
    rmSync(place.marks, { force: true });
    renameSync(blob, place.blob);
    writeFileSync(join(folder, 'marks.json'), JSON.stringify([fileMark(place.blob), ...marks]));
    renameSync(join(folder, 'marks.json'), place.marks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

/** Runs the script to its end and writes what is in memory then. Ended with this process, which ends with its kernel. */
async function snapshot(script: string, blob: string, read: string): Promise<void> {
  const child = spawn(process.execPath, ['--snapshot-blob', blob, '--build-snapshot', script], {
    cwd: dirname(script),
    env: { ...process.env, NODE_OPTIONS: '', [FILES_VARIABLE]: read },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('disconnect', () => child.kill('SIGKILL'));
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const code = await new Promise(resolve => child.once('close', resolve));
  if (code !== 0) throw new Error(`Node has made no snapshot (${String(code)}): ${told}`);
}

/** Removes what was left behind by those that were ended. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder).filter(each => each.startsWith(MAKING))) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

/** Takes the lock, also one that was left behind. */
function isTaken(lock: string): boolean {
  const found = statSync(lock, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) rmSync(lock, { force: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

const place = snapshotPlace(process.env);
if (place !== null && !isFresh(place)) await build(place);
if (process.connected) process.disconnect();
