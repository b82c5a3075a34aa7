import { afterEach, expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { MillraceError } from '../../engine/src/columns/error.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import { PROBE_LIMITS } from '../../engine/src/operators/matchPattern.js';
import { SEARCH_LIMITS } from '../../engine/src/operators/patternSearch.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { MatchPatternNode } from '../../engine/src/plan/nodes/matchPattern.js';
import { setCodegen } from '../../engine/src/codegen/compile.js';
import { batchOf, cut, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { CannotSkip, patternReference, TooLong } from './patternOracle.js';
import { forRandom, type Random } from './random.js';
import { makeMatch } from './randomPatterns.js';
import { keyText, text } from './reference.js';

const column = (name: string) => ({ kind: 'column' as const, name });

function operatorsOf(node: MatchPatternNode): readonly PhysicalOperator[] {
  const relations = bindPlan(node, source => sourceRelationOf(source, FIELDS));
  return planPhysical(node, relations).operators;
}

/** The operators of a plan, one behind the other. */
class Chain {
  operators: Operator[];
  watermark = -Infinity;

  constructor(readonly physical: readonly PhysicalOperator[]) {
    this.operators = physical.map(each => buildOperator(each));
  }

  /** The rows that come out; none is earlier than a watermark that came before it. */
  run(batch: Batch): (readonly Value[])[] {
    const rows: (readonly Value[])[] = [];
    const into = (at: number, each: Batch): void => {
      if (at < this.operators.length) {
        this.operators[at].process(0, each, out => into(at + 1, out));
        return;
      }
      for (let row = 0; row < each.length; row++) {
        const values = each.columns.map((column): Value => valueAt(column, row));
        const mark = each.marks?.[row] ?? NaN;
        if (!(mark >= this.watermark) || Number(values.at(-1)) < mark)
          throw new Error(`${text(values)} after ${this.watermark}, marked ${mark}`);
        rows.push(values);
      }
      if (each.watermark < this.watermark) throw new Error('the watermark falls');
      this.watermark = each.watermark;
    };
    into(0, batch);
    return rows;
  }

  restart(): void {
    this.operators = this.operators.map((operator, at) => {
      const writer = new SnapshotWriter();
      operator.snapshot(writer);
      const next = buildOperator(this.physical[at]);
      next.restore(readSnapshot(writer.encode()));
      return next;
    });
  }

  get stateRows(): number {
    return this.operators.reduce((total, operator) => total + operator.stateRows(), 0);
  }
}

/** Prices whole, so that their sums are exact. */
const makeRows = (random: Random, wide: boolean): HistoryRow[] =>
  makeHistory(random, 10 + random.below(60), { boundUs: 10, wide }).map(row => ({
    ...row,
    price: row.price === null || Number.isNaN(row.price) ? null : Math.round(row.price),
  }));

const LIMITS = { ...PROBE_LIMITS };
afterEach(() => {
  setCodegen('generate');
  Object.assign(PROBE_LIMITS, LIMITS);
});

test('finds the matches that plain backtracking over all rows finds, however the input is cut', () =>
  forRandom(random => {
    const { node, truths, measures } = makeMatch(random);
    setCodegen(random.chance(0.2) ? 'interpret' : 'generate');
    Object.assign(PROBE_LIMITS, random.chance(0.3) ? { batch: random.below(20), row: 0 } : LIMITS);
    const sums = node.references.some(({ fn }) => fn === 'sum' || fn === 'avg');
    const rows = makeRows(random, !sums && random.chance(0.2));
    let wanted: Map<string, (readonly Value[])[]> | null;
    try {
      wanted = patternReference(node, rows, truths, measures);
    } catch (error) {
      if (error instanceof TooLong) return;
      if (!(error instanceof CannotSkip)) throw error;
      wanted = null;
    }
    const orders = [false, true].map(restarts => {
      const chain = new Chain(operatorsOf(node));
      const found: (readonly Value[])[] = [];
      try {
        for (const piece of cut(random, rows)) {
          found.push(...chain.run(batchOf(piece)));
          if (restarts && random.chance(0.2)) chain.restart();
        }
        found.push(...chain.run(END));
      } catch (error) {
        if (wanted === null && error instanceof MillraceError && error.code === 'MR2199') return null;
        throw error;
      }
      expect(chain.watermark).toBe(Infinity);
      expect(chain.stateRows).toBe(0);
      return found;
    });
    expect(orders[1]?.map(text)).toEqual(orders[0]?.map(text));
    expect(orders[0] === null).toBe(wanted === null);
    if (orders[0] === null || wanted === null) return;
    const found = new Map<string, string[]>();
    for (const values of orders[0]) {
      const key = keyText(values.slice(0, node.keys.length));
      found.set(key, [...(found.get(key) ?? []), text(values.slice(node.keys.length))]);
    }
    const sorted = (map: ReadonlyMap<string, readonly string[]>) =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(found)).toEqual(sorted(new Map([...wanted].map(([key, list]) => [key, list.map(text)]))));
  }));

/** A node whose matches rise from a row of size 0, over histories made by hand. */
const rising = (withinUs: number | null): MatchPatternNode => ({
  kind: 'matchPattern',
  input: SOURCE,
  keys: ['symbol'],
  pattern: {
    kind: 'sequence',
    parts: [
      { kind: 'label', label: 'START' },
      { kind: 'repeat', part: { kind: 'label', label: 'UP' }, least: 1, most: null, reluctant: false },
      { kind: 'label', label: 'END' },
    ],
  },
  define: [
    { label: 'UP', condition: { kind: 'call', fn: 'gt', args: [column('size'), column('before')] } },
    { label: 'END', condition: { kind: 'call', fn: 'lt', args: [column('size'), column('before')] } },
  ],
  references: [
    { name: 'before', fn: 'last', labels: ['START', 'UP', 'END'], arg: column('size'), offset: 1 },
  ],
  measures: [{ name: 'high', expr: column('before') }],
  withinUs,
  afterMatch: { to: 'pastLastRow' },
});

const row = (symbol: string, time: number, size: number): HistoryRow => ({
  time: BigInt(time),
  seq: 0n,
  symbol,
  level: 0,
  price: 0,
  size: BigInt(size),
  mark: time,
});

test('a key that is silent in the middle of a match does not hold the watermark back', () => {
  const chain = new Chain(operatorsOf(rising(null)));
  chain.run(batchOf([row('a', 1, 1), row('a', 2, 2), row('a', 3, 3)]));
  chain.run(batchOf([row('b', 100, 1), row('b', 101, 2)]));
  expect(chain.watermark).toBe(101);
  expect(chain.stateRows).toBe(5);
});

test('keys whose matches are over by time hold nothing, and their numbers are given up', () => {
  const chain = new Chain(operatorsOf(rising(10)));
  let most = 0;
  let bytes = 0;
  for (let at = 0; at < 20_000; at += 100) {
    chain.run(batchOf(Array.from({ length: 100 }, (_, k) => row(`key ${at + k}`, at + k, 1))));
    most = Math.max(most, chain.stateRows);
    if (at === 5000) bytes = chain.operators[1].bytes();
  }
  expect(most).toBeLessThan(130);
  expect(chain.operators[1].bytes()).toBeLessThan(2 * bytes);
});

test('a pattern that can be matched in too many ways ends with an error, not never', () => {
  const { tries } = SEARCH_LIMITS;
  SEARCH_LIMITS.tries = 10_000;
  try {
    const label = (name: string) => ({ kind: 'label' as const, label: name });
    const either = { kind: 'either' as const, options: [label('UP'), label('START')] };
    const repeat = { kind: 'repeat' as const, part: either, least: 1, most: null, reluctant: false };
    const node: MatchPatternNode = {
      ...rising(null),
      pattern: { kind: 'sequence', parts: [repeat, label('END')] },
    };
    const chain = new Chain(operatorsOf(node));
    const rows = Array.from({ length: 40 }, (_, k) => row('a', k, k));
    expect(() => {
      chain.run(batchOf(rows));
      chain.run(END);
    }).toThrow(/MR2197 .*too many ways/);
  } finally {
    SEARCH_LIMITS.tries = tries;
  }
});
