import type { Batch } from '../columns/batch.js';
import type { Delivery } from '../runtime/delivery.js';
import { TURN_ROWS } from '../runtime/feed.js';
import type { FeedMember } from '../runtime/feedMember.js';
import { mergeInputs } from '../runtime/oneShot.js';
import { RunningQuery } from '../runtime/query.js';
import type { Runtime } from '../runtime/runtime.js';
import { MaterializedTable } from '../runtime/table.js';
import { RowHighWater, type HighWater } from '../sinks/highWater.js';
import type { QueryRegistry } from './hostQueries.js';
import { pipelineStats } from './hostStats.js';
import { readToEnd } from './readToEnd.js';
import type { WritePlan } from './writePlan.js';

const WITHOUT_LIMIT = { rows: Infinity, bytes: Infinity, lastUs: Infinity };
/** The table of a query whose output somebody takes: it keeps nothing. */
const NOTHING = { rows: 0, bytes: Infinity, lastUs: Infinity };

/** Reads a plan's input to its end, and gives what comes out to a delivery; a table when it can no longer change. */
export async function writeOnce(
  { prepared, request }: WritePlan,
  plan: Parameters<QueryRegistry['noteRead']>[0],
  delivery: Delivery,
  runtime: Runtime,
  queries: QueryRegistry,
  stopped: () => boolean,
): Promise<void> {
  const { sources } = prepared;
  const physical = request.changes ? prepared.running({ followed: true, part: null }) : prepared.closing();
  const { retracting, order } = physical.table;
  const whole = !request.changes && (retracting || order !== undefined);
  const table = whole ? new MaterializedTable(physical.table, WITHOUT_LIMIT) : null;
  await readToEnd(physical, sources, runtime, {
    kept: () => (table?.bytes ?? 0) + delivery.waitingBytes,
    take: async batch => {
      if (table !== null) table.apply(batch);
      else if (batch.length > 0) delivery.push(batch);
      await delivery.room();
      return stopped();
    },
    measured: (pipeline, merge) =>
      queries.noteRead(plan, pipelineStats({ pipeline, merge, sources }, 'read')),
  });
  if (table === null || stopped()) return;
  for (const batch of batchesOf(table)) {
    delivery.push(batch);
    await delivery.room();
  }
}

function* batchesOf(table: MaterializedTable): Generator<Batch> {
  for (let from = 0; from < table.total; from += TURN_ROWS) {
    const positions = table.positions(from, TURN_ROWS);
    yield {
      schema: table.schema,
      length: positions.length,
      columns: table.gather(positions),
      kinds: null,
      marks: null,
      watermark: Infinity,
    };
  }
}

/** What a following write does with what comes. */
interface Taker {
  /** Takes rows that have not been given before. */
  take(batch: Batch): void;
  readonly isFull: boolean;
  restarted(): void;
  ended(): void;
  failed(error: Error): void;
}

/**
 * Runs a plan with the session's feeds and clock, and gives all that comes out, from the start of what the feeds have. When the clock begins
 * again, rows that were given are not given again.
 */
export async function follow(
  { prepared, request }: WritePlan,
  highWater: HighWater,
  taker: Taker,
  runtime: Runtime,
): Promise<{ readonly query: RunningQuery; stop(): Promise<void> }> {
  const physical = prepared.running({ followed: request.changes, part: null });
  const query = new RunningQuery(
    physical,
    {
      world: runtime.options.world,
      clock: runtime.clock,
      inputs: mergeInputs(physical, prepared.sources),
      exchange: runtime.exchange,
    },
    NOTHING,
  );
  query.brakes.add(() => taker.isFull);
  const take = (batch: Batch | null): void => {
    if (batch !== null && batch.length > 0) taker.take(batch);
  };
  const member: FeedMember = {
    feed: null,
    isFull: false,
    push: batch => take(highWater.filter(batch)),
    progress: () => undefined,
    stalled: () => undefined,
    caughtUp: () => undefined,
    end: () => {
      take(highWater.end());
      taker.ended();
    },
    fail: error => taker.failed(error as Error),
    // A copy of the table that changes have made would be as large as the run's own state.
    place: () => (highWater instanceof RowHighWater ? highWater.place() : null),
    restart: ({ to }) => {
      const place = to?.places.get(member);
      highWater.restart(place);
      taker.restarted();
      return place !== undefined;
    },
  };
  query.follow(member);
  await runtime.start(query);
  return {
    query,
    stop: async () => {
      query.unfollow(member);
      await runtime.stop(query);
    },
  };
}
