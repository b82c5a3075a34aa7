import type { Runtime } from '../runtime/runtime.js';
import type { ParameterRegistry } from './hostParameters.js';
import { partsOf, type HeldQuery } from './hostQueries.js';
import type { SessionStats } from './protocol.js';

/** What a session has and does. */
export function sessionStats(
  runtime: Runtime,
  open: readonly (readonly [string, { readonly held: HeldQuery; readonly owner: string | null }])[],
  parameters: ParameterRegistry,
  writes: SessionStats['writes'],
): SessionStats {
  return {
    clock: runtime.clockState(),
    memory: runtime.memory.stats(),
    sources: runtime.feeds.map(({ feed, name }) => ({
      name,
      rows: feed.position,
      bytes: feed.reader?.counters.bytes ?? 0,
      rejected: feed.reader?.counters.rejected ?? 0,
      reconnects: feed.reader?.counters.reconnects ?? 0,
      dropped: feed.reader?.counters.dropped ?? 0,
      historyEvicted: feed.history.evicted,
      readers: feed.readers,
      watermark: feed.watermark,
      ended: feed.ended,
      error: feed.error === null ? null : String(feed.error),
    })),
    queries: open.map(([queryId, { held, owner }]) => ({
      queryId,
      owner,
      rowsKept: held.query.table.total,
      bytes: held.query.bytes(),
      evicted: held.query.table.evicted,
      late: partsOf(held).reduce((total, { query }) => total + query.late, 0),
      watermark: held.query.watermark,
      error: held.query.error === null ? null : String(held.query.error),
    })),
    inputs: {
      values: Object.fromEntries(parameters.all.map(({ name, value }) => [name, value])),
      refused: parameters.refused,
    },
    writes,
  };
}
