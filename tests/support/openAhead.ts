import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openExported } from '../../engine/src/page/exported/index.js';
import type { ExportedSession } from '../../engine/src/session/exported.js';

/**
 * A process of its own, in which no code can be made of text: it opens an exported session of a folder with the loops that were written for it, moves
 * its clock about, and writes what each view shows at the end, and in the middle, into the folder.
 */
const folder = process.argv[2];
const { session, count } = JSON.parse(readFileSync(join(folder, 'session.json'), 'utf8')) as {
  readonly session: ExportedSession;
  readonly count: number;
};
const recordings = Array.from({ length: count }, (_, k) => readFileSync(join(folder, `recording-${k}`)));
await import(pathToFileURL(join(folder, 'loops.mjs')).href);
const host = await openExported({ session, recordings }, { codegen: 'ahead', defer: setImmediate });
const link = host.link();

async function shown(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { viewId } of session.views) {
    const { arrow, status } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
    found[viewId] = { error: status.error, arrow: Buffer.from(arrow).toString('base64') };
  }
  return found;
}

const end = await shown();
const { startUs, endUs } = await link.request({ type: 'clock', command: { type: 'state' } });
const middle = startUs! + (endUs! - startUs!) / 2;
for (const events of [1, 3, 20]) {
  await link.request({ type: 'seek', to: middle });
  await link.request({ type: 'step', by: { events } });
}
await link.request({ type: 'seek', to: middle });
const half = await shown();
await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 'max' } });
await link.request({ type: 'until', time: 'end' });
writeFileSync(join(folder, 'shown.json'), JSON.stringify({ end, half, again: await shown() }));
process.exit(0);
