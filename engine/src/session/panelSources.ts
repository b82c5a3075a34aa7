import type { PanelSource } from '@millrace/protocol';
import type { Feed } from '../runtime/feed.js';
import { partsOf } from './hostQueries.js';
import { lagOf, type ShownQuery } from './panelQueries.js';
import type { PanelLook } from './panelState.js';
import { cut, finite, problemText } from './panelText.js';

/** The sources that are read. */
export function panelSources(at: PanelLook, queries: readonly ShownQuery[]): PanelSource[] {
  return at.session.runtime.feeds.map(({ feed, name }) => shownSource(at, feed, name, queries));
}

function shownSource(
  { session, rates, nowMs }: PanelLook,
  feed: Feed,
  name: string,
  queries: readonly ShownQuery[],
): PanelSource {
  const { runtime, ids } = session;
  const { source, reader } = feed;
  const { boundUs } = source.summary;
  const feedsOf = ({ held }: ShownQuery) => runtime.feedsOf(partsOf(held)[0].query.plan);
  const readBy = queries.filter(each => feedsOf(each).includes(feed));
  const own = new Set(readBy.flatMap(({ shown }) => shown.owners));
  for (const { owner, held } of session.recordings.all)
    if (owner !== null && runtime.feedsOf(held.query.plan).includes(feed)) own.add(owner);
  for (const job of session.writes.open)
    if (job.owner !== null && runtime.feedsOf(job.physical).includes(feed)) own.add(job.owner);
  const watermarkUs = feed.ended ? null : finite(feed.watermark);
  return {
    id: ids.of(feed),
    name: cut(name),
    connector: connectorOf(readBy, feed, session.runtime),
    live: feed.live,
    state: stateOf(feed, readBy, session.runtime),
    rows: feed.position,
    rowsPerSecond: rates.of(feed, feed.position, nowMs) ?? 0,
    bytesRead: reader?.counters.bytes ?? 0,
    bytesHeld: feed.bytes(),
    watermarkUs,
    lagUs: feed.isIdle ? null : lagOf(watermarkUs, feed.live, session),
    boundUs,
    late: source.lateness?.rows ?? 0,
    lateByUs: source.lateness?.byUs ?? 0,
    rejected: reader?.counters.rejected ?? 0,
    reconnects: reader?.counters.reconnects ?? 0,
    dropped: reader?.counters.dropped ?? 0,
    historyEvicted: feed.history.evicted,
    trouble: troubleOf(feed),
    holdsBack: readBy
      .filter(({ waitsForSource }) => waitsForSource === name)
      .map(({ shown }) => shown.name ?? shown.text),
    owners: [...own],
    error: problemText(feed.error),
  };
}

/** Why no rows of it come, where that is known. */
function troubleOf({ isIdle, ended, source: { connection } }: Feed): string | null {
  if (isIdle && !ended) return 'nothing reads it: its queries have failed';
  return connection === undefined || connection.state === 'open' ? null : problemText(connection.trouble);
}

/** The kind of a source, as its plan has it. */
function connectorOf(
  queries: readonly ShownQuery[],
  feed: Feed,
  runtime: PanelLook['session']['runtime'],
): string {
  for (const { held } of queries) {
    const { plan } = partsOf(held)[0].query;
    const at = runtime.feedsOf(plan).indexOf(feed);
    if (at >= 0) return plan.sources[at].node.connector;
  }
  return feed.live ? 'live feed' : 'replay';
}

function stateOf(
  feed: Feed,
  queries: readonly ShownQuery[],
  runtime: PanelLook['session']['runtime'],
): PanelSource['state'] {
  const { connection } = feed.source;
  if (feed.error !== null) return 'failed';
  if (feed.ended) return 'ended';
  if (connection !== undefined && connection.state !== 'open') return connection.state;
  if (feed.replays && runtime.clock.mode === 'paused') return 'paused';
  if (feed.isStalled || feed.isIdle) return 'waiting';
  const isSilent = queries.some(({ held }) => {
    const { query } = partsOf(held)[0];
    const at = runtime.feedsOf(query.plan).indexOf(feed);
    return at >= 0 && query.pipeline.meter.sources[at].idle;
  });
  return isSilent ? 'silent' : 'running';
}
