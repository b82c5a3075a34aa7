import { describe, expect, it } from 'vitest';
import { FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { bindPlan, bindRoot, sourceRelationOf } from './bind.js';
import { aggregateNode, filterNode, finalNode, keepNode, projectNode, sourceNode } from './build.js';
import { planSources } from './children.js';
import { PlanError } from './error.js';
import { explainPlan, explainText } from './explain.js';
import { planHash } from './hash.js';
import { originInPlan, rememberOrigin } from './origin.js';
import type { PlanNode } from './plan.js';

const FIELDS = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: true },
  { name: 'size', type: INT32, nullable: false },
];
const TIME = { column: 'ts', boundUs: 2e6, idleTimeoutUs: null, sequence: null };
const source = (time: typeof TIME | null = TIME) =>
  sourceNode({
    name: 'trades',
    connector: 'file',
    options: { path: 'a.csv' },
    fields: null,
    time,
    clocked: true,
  });
const column = (name: string): Expr => ({ kind: 'column', name });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
const literal = (value: number): Expr => ({ kind: 'literal', type: INT32, value });
const bound = (plan: PlanNode) => bindRoot(plan, node => sourceRelationOf(node, FIELDS));

const bars = (input: PlanNode, sizeUs = 60e6) =>
  aggregateNode({
    input,
    keys: ['symbol'],
    window: { type: 'tumble', parameters: { sizeUs, offsetUs: 0 } },
    allowedLatenessUs: 10e6,
    columns: [
      {
        name: 'high',
        call: { fn: 'max', args: [column('price')], where: null, distinct: false, options: {} },
      },
      {
        name: 'volume',
        call: {
          fn: 'sum',
          args: [column('size')],
          where: call('gt', column('size'), literal(1)),
          distinct: false,
          options: {},
        },
      },
      { name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } },
    ],
  });

/** The error that binding a plan throws. */
function mistake(plan: PlanNode): PlanError {
  try {
    bound(plan);
  } catch (error) {
    return error as PlanError;
  }
  throw new Error('the plan binds');
}

describe('bindPlan', () => {
  it('types windowed bars: keys, window columns, results; key and time', () => {
    const relation = bound(bars(source()));
    const time = timestampType('us');
    expect(relation.schema.fields).toEqual([
      { name: 'symbol', type: STRING, nullable: false },
      { name: 'windowStart', type: time, nullable: false },
      { name: 'windowEnd', type: time, nullable: false },
      { name: 'windowTime', type: time, nullable: false },
      { name: 'high', type: FLOAT64, nullable: true },
      { name: 'volume', type: INT64, nullable: true },
      { name: 'n', type: INT64, nullable: false },
    ]);
    expect(relation).toMatchObject({ time: 'windowTime', mode: 'retract', key: ['symbol', 'windowEnd'] });
    expect(bound(finalNode({ input: bars(source()) }))).toMatchObject({ mode: 'append', key: null });
  });

  it('follows time and key through renames, and loses them with their columns', () => {
    const renamed = projectNode({
      input: bars(source()),
      keep: 'none',
      columns: [
        { name: 'sym', expr: column('symbol') },
        { name: 'end', expr: column('windowEnd') },
        { name: 'at', expr: column('windowTime') },
      ],
    });
    expect(bound(renamed)).toMatchObject({ time: 'at', key: ['sym', 'end'] });
    const dropped = projectNode({ input: renamed, keep: { without: ['end', 'at'] }, columns: [] });
    expect(bound(dropped)).toMatchObject({ time: null, key: null });
  });

  it('puts a derived column of an old name in its place, and a new one at the end', () => {
    const derived = projectNode({
      input: source(),
      keep: 'all',
      columns: [
        { name: 'price', expr: call('mul', column('price'), column('size')) },
        { name: 'big', expr: call('gt', column('size'), literal(100)) },
      ],
    });
    expect(bound(derived).schema.fields.map(field => field.name)).toEqual([
      'ts',
      'symbol',
      'price',
      'size',
      'big',
    ]);
  });

  it('groups without a window by its keys, and keeps a stream as it is', () => {
    const totals = aggregateNode({ ...bars(source()), window: null, allowedLatenessUs: 0 });
    expect(bound(totals)).toMatchObject({ time: null, key: ['symbol'], mode: 'retract' });
    const kept = keepNode({ input: source(), retention: { lastUs: 3600e6, rows: null, bytes: null } });
    expect(bound(kept)).toMatchObject({ time: 'ts', key: null, mode: 'append' });
  });

  it('names the three nearest columns, and the node', () => {
    const node = filterNode({ input: source(), predicate: call('gt', column('prise'), literal(1)) });
    const error = mistake(bars(node));
    expect(error).toBeInstanceOf(PlanError);
    expect(error.name).toBe('UnknownColumnError');
    expect(error.message).toBe("MR1101 there is no column 'prise'. Did you mean 'price', 'size', 'ts'?");
    expect(error.node).toBe(node);
    rememberOrigin(node, 'at Cell [3]:4:12');
    expect(originInPlan(bars(node), planHash(error.node))).toBe('at Cell [3]:4:12');
  });

  it('explains what a plan lacks', () => {
    expect(mistake(filterNode({ input: source(), predicate: column('price') })).code).toBe('MR2101');
    expect(mistake(bars(source(null))).message).toContain("Declare it at the source: { time: 'ts' }.");
    expect(mistake(finalNode({ input: source() })).code).toBe('MR2106');
    const twice = projectNode({
      input: source(),
      keep: 'none',
      columns: [
        { name: 'a', expr: column('ts') },
        { name: 'a', expr: column('size') },
      ],
    });
    expect(mistake(twice).code).toBe('MR2102');
    const wrong = filterNode({ input: source(), predicate: call('gt', column('symbol'), literal(1)) });
    expect(mistake(wrong).message).toMatch(/MR1102 gt\(\) cannot bring string and int32 together/);
  });

  it('gives the relation of every node', () => {
    const plan = finalNode({ input: bars(source()) });
    expect(bindPlan(plan, node => sourceRelationOf(node, FIELDS)).size).toBe(3);
    expect(planSources(plan).map(node => node.name)).toEqual(['trades']);
  });
});

describe('a plan', () => {
  it('is frozen, and hashed by content', () => {
    const plan = bars(source());
    expect(Object.isFrozen(plan.columns[0].call)).toBe(true);
    expect(planHash(plan)).toMatch(/^[0-9a-f]{32}$/);
    expect(planHash(structuredClone(plan))).toBe(planHash(bars(source())));
    expect(planHash(plan)).not.toBe(planHash(bars(source(), 10e6)));
    expect(planHash(JSON.parse(JSON.stringify(plan)) as PlanNode)).toBe(planHash(plan));
  });

  it('is hashed by the bytes that it carries', () => {
    const values = (bytes: number[]) =>
      sourceNode({ ...source(), connector: 'values', options: { arrow: Uint8Array.from(bytes) } });
    expect(planHash(values([1, 2, 3]))).toBe(planHash(values([1, 2, 3])));
    expect(planHash(values([1, 2, 3]))).not.toBe(planHash(values([1, 2, 4])));
  });

  it('explains itself', () => {
    const plan = filterNode({ input: bars(source()), predicate: call('gt', column('high'), literal(1)) });
    expect(
      explainText(explainPlan(plan))
        .split('\n')
        .map(line => line.trim()),
    ).toEqual([
      'filter (high > 1)',
      expect.stringMatching(
        /^aggregate by symbol in tumble\(.*\), lateness 10 s: high = max\(price\), volume = sum\(size\) where \(size > 1\), n = count\(\)$/,
      ),
      'source trades (file, schema inferred, time ts, watermark 2 s)',
    ]);
  });
});
