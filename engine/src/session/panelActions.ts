import type { PanelStoppable } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { Feed } from '../runtime/feed.js';
import { partsOf, type HeldQuery } from './hostQueries.js';
import { StoppedError, stopped } from './panelStopped.js';
import type { PanelSession } from './panelSession.js';

/** What the panel asks for cannot be done. */
export class PanelError extends MillraceError {
  override readonly name = 'PanelError';
}

/** Whether a query, or one of those below it, reads a source. */
export function reads(session: PanelSession, held: HeldQuery, feed: Feed): boolean {
  return session.runtime.feedsOf(partsOf(held)[0].query.plan).includes(feed);
}

/** Ends a source, query, write or recording, whoever uses it; returns what has been done, in one sentence. */
export async function stop(session: PanelSession, what: PanelStoppable, id: string): Promise<string> {
  switch (what) {
    case 'query': {
      const held = session.queries.all.find(each => session.ids.of(each.key) === id);
      if (held === undefined) throw gone('query');
      await stopQueries(session, [held]);
      return 'The query has been stopped: its last rows are still shown.';
    }
    case 'source': {
      const found = session.runtime.feeds.find(({ feed }) => session.ids.of(feed) === id);
      if (found === undefined) throw gone('source');
      const ended = await stopSource(session, found.feed);
      return `${found.name} is read no more; ${ended === 1 ? 'one query, write or recording' : `${ended} queries, writes and recordings`} of it ended.`;
    }
    case 'write':
    case 'subscription':
      if (!session.writes.open.some(({ writeId }) => writeId === id)) throw gone('write');
      // What makes it fail at its end is told with it.
      await session.writes.stop(id).catch(() => undefined);
      return 'The write has been stopped: what had come is written.';
    case 'recording':
      if (!session.recordings.all.some(({ recordingId }) => recordingId === id)) throw gone('recording');
      await session.recordings.stop({ type: 'recordingStop', recordingId: id }).catch(() => undefined);
      return 'The recording has been stopped: its file is whole.';
  }
}

/** Ends everything that goes on. */
export async function stopAll(session: PanelSession): Promise<string> {
  const { recordings, writes, queries } = session;
  const running = queries.all.filter(({ query }) => !query.ended && query.error === null);
  const writing = writes.open;
  await recordings.endAll();
  await writes.releaseAll();
  await stopQueries(session, running);
  const counts = [
    `${running.length} ${running.length === 1 ? 'query' : 'queries'}`,
    `${writing.length} ${writing.length === 1 ? 'write' : 'writes'}`,
  ];
  return `Stopped ${counts.join(' and ')}.`;
}

/** Gives up one result that is kept. */
export async function release(session: PanelSession, id: string): Promise<string> {
  const kept = session.caches.list.find(each => session.ids.of(each.hash) === id);
  if (kept === undefined) throw gone('result');
  await session.caches.release(kept.hash);
  return 'The result is kept no more: it is computed again where it is asked for.';
}

/** Gives up all results that are kept. */
export async function releaseAll(session: PanelSession): Promise<string> {
  const { length } = session.caches.list;
  await session.caches.releaseAll();
  return length === 1 ? 'One result is kept no more.' : `${length} results are kept no more.`;
}

/** Ends whatever reads a source, and with the last of them its reading; returns how much that was. */
async function stopSource(session: PanelSession, feed: Feed): Promise<number> {
  const { recordings, writes, queries, runtime } = session;
  const recording = recordings.all.filter(({ held }) => reads(session, held, feed));
  for (const { recordingId } of recording)
    await recordings.stop({ type: 'recordingStop', recordingId }).catch(() => undefined);
  const writing = writes.open.filter(job => runtime.feedsOf(job.physical).includes(feed));
  for (const job of writing) await job.stop();
  const reading = queries.all.filter(held => reads(session, held, feed));
  await stopQueries(session, reading);
  return recording.length + writing.length + reading.length;
}

/** Those that run on the table of another one come to an end with it. */
async function stopQueries({ queries }: PanelSession, held: readonly HeldQuery[]): Promise<void> {
  for (const each of held)
    if (!(each.query.error instanceof StoppedError)) await queries.end(each, stopped());
}

/** What was to be stopped, released or told is not there. */
export function gone(what: string): PanelError {
  return new PanelError(
    'MR8402',
    `this ${what} is not there any more.`,
    'It has ended, or its cell has been run again.',
  );
}
