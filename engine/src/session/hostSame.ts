import { encodeArrow } from '../codecs/arrow.js';
import { MillraceError } from '../columns/error.js';
import { STRING, type Field } from '../columns/types.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import { planSources } from '../plan/children.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { PlanNode } from '../plan/plan.js';
import { replaceSources } from '../plan/replaceSources.js';
import { HeldRows } from '../runtime/heldRows.js';
import { Runtime } from '../runtime/runtime.js';
import type { MaterializedTable } from '../runtime/table.js';
import type { LiveServer, OpenLiveServer } from '../sources/liveServer.js';
import type { OpenSource } from '../sources/source.js';
import { QueryRegistry } from './hostQueries.js';
import { readWholeTable } from './hostReads.js';
import type { HostReplies } from './protocol.js';

/** A query that cannot be run in all ways. */
export class SameError extends MillraceError {
  override readonly name = 'SameError';
}

/** So many rows are a message of the live run, and so many differences are told. */
const MESSAGE_ROWS = 64;
const MOST_DIFFERENCES = 1000;
/** Floating point sums may be put together in another order. */
const DIGITS = 12;

type Way = 'replay' | 'live';

/**
 * Runs a plan over its replays in three ways, each from the start and beside all that runs: read at once, replayed through the clock, and live, every replay sent
 * row by row through a WebSocket in the order in which they were recorded. Tells the rows by which the results differ from the first.
 */
export async function checkSame(
  plan: PlanNode,
  runtime: Runtime,
  queries: QueryRegistry,
  openServer: OpenLiveServer | null,
): Promise<HostReplies['same']> {
  if (openServer === null) {
    throw new SameError(
      'MR5107',
      'check.same() cannot run a query live here: this host cannot listen.',
      'Run it under Node.',
    );
  }
  const batch = await readWholeTable(plan, runtime, queries);
  const { fields } = batch.bound;
  const expected = rowsOf(batch.table);
  const replayed = await inSession(runtime, plan, async () => undefined);
  const live = await runLive(runtime, plan, openServer);
  const differences = [
    ...differencesOf('replay', replayed, expected),
    ...differencesOf('live', live, expected),
  ];
  return {
    rows: { batch: expected.length, replay: replayed.length, live: live.length },
    differences: differences.length,
    fields: differenceFields(fields),
    arrow: encodeDifferences(fields, differences.slice(0, MOST_DIFFERENCES)),
  };
}

/** Runs a plan as a query of a session of its own to its end; `feed` gives what comes from outside. */
async function inSession(
  runtime: Runtime,
  plan: PlanNode,
  feed: (runtime: Runtime, failed: () => Error | null) => Promise<void>,
): Promise<Value[][]> {
  const own = new Runtime(runtime.options);
  const queries = new QueryRegistry(own, () => undefined);
  try {
    own.command({ type: 'start', at: null, speed: 'max' });
    const held = await queries.hold(plan);
    const { query } = held;
    await feed(own, () => query.error);
    await query.until(() => query.ended);
    const rows = rowsOf(query.table);
    await queries.release(held);
    return rows;
  } finally {
    await own.close();
  }
}

interface LiveCopy {
  readonly name: string;
  readonly source: OpenSource;
  readonly server: LiveServer;
}

/** The plan with its replays as live feeds, and what sends their rows. */
async function runLive(runtime: Runtime, plan: PlanNode, openServer: OpenLiveServer): Promise<Value[][]> {
  const copies = new Map<SourceNode, LiveCopy>();
  const replays = planSources(plan).filter(node => node.clocked);
  try {
    for (const [k, node] of replays.entries()) {
      const source = await runtime.open(node);
      const server = await openServer({ fields: source.summary.fields });
      copies.set(node, { name: `${node.name} live ${k}`, source, server });
    }
    const livePlan = replaceSources(plan, node => {
      const copy = copies.get(node);
      return copy === undefined ? node : liveNode(node, copy);
    });
    return await inSession(runtime, livePlan, (own, failed) => sendAll([...copies.values()], own, failed));
  } finally {
    await Promise.all([...copies.values()].map(({ server }) => server.close()));
  }
}

function liveNode({ time }: SourceNode, { name, source, server }: LiveCopy): SourceNode {
  const { fields, boundUs } = source.summary;
  return Object.freeze({
    kind: 'source',
    name,
    connector: 'webSocket',
    options: { url: server.url, end: 'close' },
    fields,
    time: time === null ? null : { ...time, boundUs },
    clocked: false,
  });
}

/** Sends the rows of all copies in the order in which a replay lets them out; each run of rows has arrived before another feed's follows. */
async function sendAll(copies: readonly LiveCopy[], own: Runtime, failed: () => Error | null): Promise<void> {
  const feeds = copies.map(copy => ({
    ...copy,
    reader: copy.source.read(),
    held: new HeldRows(copy.source.summary.boundUs),
    ended: false,
    sent: 0,
  }));
  try {
    for (;;) {
      for (const feed of feeds) {
        while (!feed.ended && feed.held.next === null) {
          // What is left is a batch without rows.
          feed.held.clear();
          const batch = await feed.reader.next(MESSAGE_ROWS);
          if (batch === null) feed.ended = true;
          else feed.held.hold(batch);
        }
      }
      const going = feeds.filter(feed => !feed.ended).sort((a, b) => a.held.next! - b.held.next!);
      const [first, second] = going;
      if (first === undefined || failed() !== null) return;
      const rows = first.held.take(second?.held.next ?? Infinity, MESSAGE_ROWS);
      if (rows === null) continue;
      await first.server.send(rows);
      first.sent += rows.length;
      if (second !== undefined) await arrived(own, first.name, first.sent, failed);
    }
  } finally {
    for (const { server, reader } of feeds) {
      await server.end();
      await reader.close();
    }
  }
}

async function arrived(own: Runtime, name: string, rows: number, failed: () => Error | null): Promise<void> {
  while (failed() === null) {
    const feed = own.feeds.find(each => each.name === name)?.feed;
    const counters = feed?.reader?.counters;
    if (feed !== undefined && feed.position + (counters?.rejected ?? 0) >= rows) return;
    await own.yieldTurn();
  }
}

function rowsOf(table: MaterializedTable): Value[][] {
  const positions = table.positions(0, table.total);
  const columns = table.gather(positions);
  return Array.from({ length: positions.length }, (_, row) => columns.map(column => valueAt(column, row)));
}

interface Difference {
  readonly way: Way;
  readonly difference: 'missing' | 'extra';
  readonly row: readonly Value[];
}

/** The rows that one result has and the other has not, as often as they are there. */
function differencesOf(way: Way, made: readonly Value[][], expected: readonly Value[][]): Difference[] {
  const counts = new Map<string, number>();
  const texts = expected.map(textOf);
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const found: Difference[] = [];
  for (const row of made) {
    const text = textOf(row);
    const left = counts.get(text) ?? 0;
    if (left === 0) found.push({ way, difference: 'extra', row });
    else counts.set(text, left - 1);
  }
  expected.forEach((row, at) => {
    const left = counts.get(texts[at]) ?? 0;
    if (left === 0) return;
    counts.set(texts[at], left - 1);
    found.push({ way, difference: 'missing', row });
  });
  return found;
}

function textOf(row: readonly Value[]): string {
  return JSON.stringify(row.map(value => (typeof value === 'number' ? numberText(value) : String(value))));
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(DIGITS);
}

function differenceFields(fields: readonly Field[]): Field[] {
  const named = (name: string): Field => {
    let free = name;
    while (fields.some(field => field.name === free)) free += '_';
    return { name: free, type: STRING, nullable: false };
  };
  return [named('way'), named('difference'), ...fields];
}

function encodeDifferences(fields: readonly Field[], differences: readonly Difference[]): Uint8Array {
  const columns = [
    columnOf(
      STRING,
      differences.map(({ way }) => way),
    ),
    columnOf(
      STRING,
      differences.map(({ difference }) => difference),
    ),
    ...fields.map(({ type }, k) =>
      columnOf(
        type,
        differences.map(({ row }) => row[k]),
      ),
    ),
  ];
  return encodeArrow(differenceFields(fields), columns, differences.length);
}
