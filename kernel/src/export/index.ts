/** `millrace export`: a notebook, run by this kernel, as one page in which its live views run again. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { readNotebook } from '../check/notebook.js';
import { runNotebook } from '../check/runNotebook.js';
import { pageAssets } from './assets.js';
import type { ExportContext, ExportOptions, NotLive } from './contract.js';
import { documentOf } from './document.js';
import { ExportError } from './error.js';
import { viewIdsOf } from './outputs.js';
import { pageOf } from './page.js';
import { prepareReplay } from './prepare.js';
import { takeViews } from './takeViews.js';

/** Exports a notebook. Returns the exit code: 0; 1 where something of it is in the page as it was saved alone; errors are thrown. */
export async function exportNotebook(
  path: string,
  options: ExportOptions,
  { directory, print, note, signal }: ExportContext,
): Promise<number> {
  const assets = await pageAssets();
  const notebook = await readNotebook(resolve(directory, path), path);
  const out = resolve(directory, options.out);
  if (out === notebook.path) {
    throw new ExportError(
      'MR8504',
      `the page would take the place of its notebook, '${path}'.`,
      'Name another file: -o page.html.',
    );
  }
  let replay: Awaited<ReturnType<typeof prepareReplay>> | null = null;
  const run = await runNotebook(notebook, {
    timeoutMs: options.timeoutMs,
    renew: false,
    signal,
    atEnd: async (kernel, outputs) => {
      const viewIds = [...outputs.values()].flatMap(viewIdsOf);
      if (viewIds.length === 0) return;
      const taken = await takeViews(kernel, viewIds);
      replay = await prepareReplay(taken, outputs, options.mostBytes);
    },
  });
  const failed = run.failure ?? (run.otherFile === null ? null : { ...run.otherFile, name: 'PinError' });
  if (failed !== null) {
    const where = failed.cell === null ? '' : `cell [${failed.cell.number}] ${failed.cell.line}: `;
    throw new ExportError(
      'MR8500',
      `'${path}' was not run to its end, so there is no page of it. ${where}${failed.message}`,
      'Mend the cell, or tag it raises-exception where it is meant to fail.',
    );
  }
  const { parts, notLive } = pageOf(notebook, run.outputs, replay, basename(path));
  const text = documentOf(parts, assets);
  await writeWhole(out, text);
  for (const each of notLive) note(noteText(each));
  print(`${options.out}: ${summary(parts, text)}`);
  return notLive.length > 0 ? 1 : 0;
}

function noteText({ cell, what, why }: NotLive): string {
  return `Cell [${cell}]: ${what} is in the page as it was saved. ${why}`;
}

function summary({ description, replay }: ReturnType<typeof pageOf>['parts'], text: string): string {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const size = mb(Buffer.byteLength(text));
  if (replay === null) return `${size}, nothing in it runs`;
  const recorded = replay.recordings.reduce((sum, bytes) => sum + bytes.length, 0);
  const views = `${description.live.length} live ${description.live.length === 1 ? 'view' : 'views'}`;
  return `${size}, ${views}, ${mb(recorded)} of recordings`;
}

/** All of the file, or none of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, text);
  await rename(temporary, path);
}
