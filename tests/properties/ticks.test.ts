import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { ROW_KIND_NAMES } from '../../engine/src/columns/batch.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { NO_EXCHANGE, type Exchange } from '../../engine/src/operators/apply.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { AggregateNode, WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import { planNodes } from '../../engine/src/plan/children.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { InputMerge, type MergeOutput } from '../../engine/src/runtime/inputMerge.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { ALL_CALLS, batchOf, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, Random } from './random.js';
import { text } from './reference.js';

/** A recorded source: rows with their place, the highest event time so far. */
interface Recorded {
  readonly node: SourceNode;
  readonly boundUs: number;
  readonly rows: readonly (HistoryRow & { readonly key: number })[];
}

function makeSource(random: Random, at: number): Recorded {
  const boundUs = random.pick([0, 5, 20]);
  let key = -Infinity;
  const rows = makeHistory(random, random.below(80), { boundUs, wide: false })
    .filter(({ time }) => time !== null)
    .map(row => {
      key = Math.max(key, Number(row.time));
      return { ...row, key, mark: key - boundUs };
    });
  const time = { column: 'time', boundUs, idleTimeoutUs: null, sequence: 'seq' };
  return { node: { ...SOURCE, name: `source${at}`, options: { at }, time }, boundUs, rows };
}

/** Windows that are told every so often, over one source or several, and maybe windows of these. */
function makePlan(random: Random, sources: readonly Recorded[]): PlanNode {
  const nodes = sources.map(({ node }) => node);
  const window = (input: PlanNode, sizeUs: number): AggregateNode => ({
    kind: 'aggregate',
    input,
    keys: random.pick([[], ['symbol']]),
    window: random.pick<WindowSpec>([
      { type: 'tumble', parameters: { sizeUs } },
      { type: 'hop', parameters: { sizeUs, slideUs: sizeUs / 2 } },
      { type: 'session', parameters: { gapUs: 1 + random.below(12) } },
      { type: 'countWindow', parameters: { threshold: 2 + random.below(9) } },
    ]),
    allowedLatenessUs: random.pick([0, 7]),
    emit: { change: false, everyUs: 1 + random.below(40), rows: random.chance(0.3) ? 3 : null },
    columns: ALL_CALLS.slice(0, 4),
  });
  const bars = window(nodes.length === 1 ? nodes[0] : { kind: 'unionAll', inputs: nodes }, 20);
  if (random.chance(0.5)) return bars;
  const outer: AggregateNode = { ...window(bars, 60), columns: [{ ...ALL_CALLS[0], name: 'bars' }] };
  const tumble = { type: 'tumble', parameters: { sizeUs: 60 } };
  const retracts = bars.window?.type !== 'session' && bars.window?.type !== 'countWindow';
  return { ...outer, input: retracts ? bars : { kind: 'final', input: bars }, keys: [], window: tumble };
}

/** What a plan has put out: its changes, and its table after each period and at the end. */
interface Told {
  readonly changes: string[];
  readonly tables: string[][];
}

/** A plan that runs. */
function start(plan: PlanNode, sources: readonly Recorded[], exchange: Exchange = NO_EXCHANGE.exchange) {
  const physical = planPhysical(
    plan,
    bindPlan(plan, source => sourceRelationOf(source, FIELDS)),
  );
  const { key, schema } = physical.table;
  const keyed = (key ?? []).map(name => schema.fields.findIndex(field => field.name === name));
  const told: Told = { changes: [], tables: [] };
  const table = new Map<string, string>();
  const take = ({ columns, kinds, length }: Batch): void => {
    for (let at = 0; at < length; at++) {
      const kind = ROW_KIND_NAMES[kinds?.[at] ?? 0];
      const row = columns.map(column => valueAt(column, at));
      told.changes.push(`${kind} ${text(row)}`);
      const rowKey = text(keyed.map(column => row[column]));
      if (kind === '-U' || kind === '-D') table.delete(rowKey);
      else table.set(rowKey, text(row));
    }
  };
  const pipeline = new Pipeline(physical, take, () => 0, { ...NO_EXCHANGE, exchange });
  const note = (): void => void told.tables.push([...table.values()].sort());
  const noting: MergeOutput = {
    periods: pipeline.periods,
    ordered: pipeline.ordered,
    push: (source, batch) => pipeline.push(source, batch),
    end: source => pipeline.end(source),
    idle: (source, idle) => pipeline.idle(source, idle),
    tick: periods => {
      pipeline.tick(periods);
      note();
    },
  };
  // The plan's sources in its own order.
  const order = physical.sources.map(({ node }) => Number((node.options as { at: number }).at));
  const inputs = order.map(at => ({ boundUs: sources[at].boundUs, idleTimeoutUs: null, live: false }));
  return { merge: new InputMerge(inputs, noting), order, told, note };
}

/** Everything is read at once, cut anyhow. */
function readAtOnce(random: Random, plan: PlanNode, sources: readonly Recorded[]): Told {
  const { merge, order, told, note } = start(plan, sources);
  const left = order.map(at => cut(random, sources[at].rows));
  for (let source = merge.behind; source >= 0; source = merge.behind) {
    const piece = left[source].shift();
    if (piece === undefined) merge.end(source);
    else merge.add(source, batchOf(piece), null);
  }
  note();
  return told;
}

/** A clock that goes on by random steps lets the rows out, as feeds do. */
function readByClock(random: Random, plan: PlanNode, sources: readonly Recorded[]): Told {
  const { merge, order, told, note } = start(plan, sources);
  const gone = order.map(() => 0);
  const step = random.pick([3, 30]);
  for (
    let now = 900;
    gone.some((rows, k) => rows <= sources[order[k]].rows.length);
    now += random.below(step)
  ) {
    merge.advance(now);
    order.forEach((at, source) => {
      const { rows } = sources[at];
      let due = gone[source];
      while (due < rows.length && rows[due].key <= now) due++;
      for (const piece of cut(random, rows.slice(gone[source], due))) merge.add(source, batchOf(piece), null);
      if (due < rows.length) merge.progress(source, rows[due].key);
      else if (gone[source] <= rows.length) {
        merge.end(source);
        due++;
      }
      gone[source] = due;
    });
  }
  note();
  return told;
}

/** Whether all that is told is told between two rows: of late rows and of bars that are settled it is told after each batch. */
const tellsByRow = (plan: PlanNode): boolean =>
  planNodes(plan).every(
    node =>
      node.kind !== 'aggregate' || (node.allowedLatenessUs === 0 && node.window?.type !== 'countWindow'),
  );

test('what windows tell every so often is the same at any speed of the clock, and for any cutting', () =>
  forRandom(random => {
    const sources = Array.from({ length: 1 + random.below(3) }, (_, at) => makeSource(random, at));
    const plan = makePlan(random, sources);
    const told = readAtOnce(random, plan, sources);
    if (process.env.DBG)
      console.log(
        JSON.stringify(plan, (k, v) => (k === 'options' || k === 'fields' ? undefined : v)),
        sources.length,
      );
    const all = tellsByRow(plan) ? ['tables' as const, 'changes' as const] : ['tables' as const];
    for (const what of all) {
      expect(readAtOnce(random, plan, sources)[what]).toEqual(told[what]);
      expect(readByClock(random, plan, sources)[what]).toEqual(told[what]);
    }
  }));

test('a period ends after the rows up to its end, and before the next one', () => {
  const source = makeSourceOf([1000, 1004, 1010, 1011, 1013, 1040]);
  const plan: AggregateNode = {
    kind: 'aggregate',
    input: source.node,
    keys: [],
    window: { type: 'tumble', parameters: { sizeUs: 1000 } },
    allowedLatenessUs: 0,
    emit: { change: false, everyUs: 10, rows: null },
    columns: [{ ...ALL_CALLS[0], name: 'n' }],
  };
  const { merge, told } = start(plan, [source]);
  const counts = (): string[] => told.changes.splice(0).map(change => change.slice(-3));
  merge.advance(1012);
  merge.add(0, batchOf(source.rows.slice(0, 4)), null);
  // At 1000 one row had come, at 1010 three.
  expect(counts()).toEqual(['1n]', '3n]']);
  merge.progress(0, 1013);
  expect(counts()).toEqual([]);
  merge.add(0, batchOf(source.rows.slice(4, 5)), null);
  merge.progress(0, 1040);
  merge.advance(1019);
  expect(counts()).toEqual([]);
  expect(merge.nextTick).toBe(1020);
  merge.advance(1020);
  expect(counts()).toEqual(['5n]']);
  // Nothing has come since.
  expect(merge.nextTick).toBe(Infinity);
  merge.end(0);
});

function makeSourceOf(times: readonly number[]): Recorded {
  const [row] = makeHistory(new Random(1), 1, { boundUs: 0, wide: false });
  const time = { column: 'time', boundUs: 0, idleTimeoutUs: null, sequence: 'seq' };
  const rows = times.map(key => ({ ...row, time: BigInt(key), key, mark: key }));
  return { node: { ...SOURCE, options: { at: 0 }, time }, boundUs: 0, rows };
}

test("a period waits for the rows that are with a function of the user's", () =>
  forRandom(random => {
    const source = makeSource(random, 0);
    const applied: PlanNode = {
      kind: 'apply',
      input: source.node,
      form: 'map',
      fn: 'same',
      name: 'same',
      args: null,
      by: [],
      returns: FIELDS,
    };
    const plan = (input: PlanNode): AggregateNode => ({
      kind: 'aggregate',
      input,
      keys: ['symbol'],
      window: { type: 'tumble', parameters: { sizeUs: 40 } },
      allowedLatenessUs: 0,
      emit: { change: false, everyUs: 7, rows: null },
      columns: ALL_CALLS.slice(0, 4),
    });
    const answers: (() => void)[] = [];
    const exchange: Exchange = {
      begin: () => 'run',
      call({ batch }, done) {
        const columns = batch.columns.map(column => ({
          ...column,
          data: column.data.slice(0, batch.length),
          valid: column.valid?.slice(0, batch.length) ?? null,
        }));
        answers.push(() => done({ columns, length: batch.length, rows: null }));
      },
      end: () => undefined,
    };
    const told = start(plan(applied), [source], exchange);
    for (const piece of cut(random, source.rows)) {
      told.merge.add(0, batchOf(piece), null);
      while (answers.length > 0 && random.chance(0.5)) answers.shift()!();
    }
    told.merge.end(0);
    while (answers.length > 0) answers.shift()!();
    expect(told.told.changes).toEqual(readAtOnce(random, plan(source.node), [source]).changes);
  }));
