import { expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { EmitSpec } from '../../engine/src/windows/emission.js';
import { batchOf, cut, END, makeHistory, type HistoryRow } from './histories.js';
import { expectSameAfterMoves } from './moving.js';
import { forRandom, type Random } from './random.js';
import { expectSame, text, type ResultRow } from './reference.js';
import { batches, Integral, operatorOf, run, ticked, type Change } from './running.js';
import { expectSameForAnyCutting } from './cutting.js';

/** What tells one kind of windows whose rows depend on each other from another: all of them keep the same promises. */
export interface RowWindowKind {
  /** What the windows are called. */
  readonly title: string;
  makeNode(random: Random): AggregateNode;
  /** The windows of what has arrived and is not late, and the rows that are. */
  reference(
    node: AggregateNode,
    arrived: readonly HistoryRow[],
  ): { readonly rows: readonly ResultRow[]; readonly late: readonly HistoryRow[] };
  /** A row with the values of its key first: those of its group and then of its window. */
  keyFirst(node: AggregateNode, row: ResultRow): ResultRow;
  /** How many of the values that come first two results have to agree in, so that the others are compared. */
  compared(node: AggregateNode): number;
  /** Whether a row (its key first) can no longer change, or has closed at least. */
  isSettled(node: AggregateNode, row: ResultRow, mark: number): boolean;
  /** Whether a final row (as it comes) is told before the watermark has passed it. */
  isOnTime(node: AggregateNode, row: ResultRow): boolean;
  /** Whether the end of the input changes nothing where all has been told. */
  readonly endsQuietly: boolean;
}

export const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 15 + random.below(35), { boundUs: random.pick([0, 5, 20]), wide: random.chance(0.2) });

/** The values of a row's group. */
export const keysOf = (node: AggregateNode, row: HistoryRow): Value[] =>
  node.keys.map(name => row[name as keyof HistoryRow]);

/** What a plan's one operator puts out for rows, cut at random places, and at the end. */
export function runAll(random: Random, plan: PlanNode, rows: readonly HistoryRow[]): Change[] {
  const operator = operatorOf(plan, 'final');
  return [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch => run(operator, batch));
}

/** Triggers of every kind but 'change'. */
const makeEmit = (random: Random): EmitSpec => ({
  change: false,
  everyUs: random.chance(0.4) ? 1 : null,
  rows: random.chance(0.4) ? 1 + random.below(4) : null,
});

const lines = (changes: readonly Change[]): string[] =>
  changes.map(({ kind, row, mark }) => `${kind} ${text(row)} at ${mark}`);

/** Windows of one kind under a random history, with the table that their changes make. */
class Told {
  readonly table: Integral;
  readonly arrived: HistoryRow[] = [];
  readonly #operator;

  constructor(
    readonly kind: RowWindowKind,
    readonly node: AggregateNode,
    random: Random,
  ) {
    const form = random.pick(['retract', 'upsert'] as const);
    this.#operator = operatorOf(node, form);
    this.table = new Integral(node.keys.length + 1, form);
  }

  take(piece: readonly HistoryRow[]): void {
    this.arrived.push(...piece);
    for (const changes of batches(this.#operator, batchOf(piece))) this.#apply(changes);
  }

  /** The session clock ends a period. */
  tick(): void {
    this.#apply(ticked(this.#operator));
  }

  end(): readonly Change[] {
    const told = batches(this.#operator, END);
    for (const changes of told) this.#apply(changes);
    return told.flat();
  }

  #apply(changes: readonly Change[]): void {
    const { kind, node } = this;
    this.table.apply(changes.map(change => ({ ...change, row: kind.keyFirst(node, change.row) })));
  }

  /** The table holds the windows of what has arrived: those of which something is asked. */
  expect(asked: (row: ResultRow) => boolean = () => true): void {
    const { kind, node } = this;
    const expected = kind.reference(node, this.arrived).rows.map(row => kind.keyFirst(node, row));
    expectSame([...this.table.rows.values()].filter(asked), expected.filter(asked), kind.compared(node));
  }
}

/** Declares the tests of what all windows made by their rows promise. */
export function testRowWindows(kind: RowWindowKind): void {
  const { title } = kind;

  test(`after every batch the table holds the ${title} of what has arrived`, () =>
    forRandom(random => {
      const told = new Told(kind, kind.makeNode(random), random);
      for (const piece of cut(random, makeRows(random))) {
        told.take(piece);
        if (random.chance(0.1)) told.expect();
      }
      told.expect();
      const atEnd = told.end();
      if (kind.endsQuietly) expect(atEnd).toEqual([]);
      told.expect();
    }));

  test(`${title} that are told now and then are right when they are settled, when their time comes, and at the end`, () =>
    forRandom(random => {
      const emit = makeEmit(random);
      const node: AggregateNode = { ...kind.makeNode(random), emit };
      const told = new Told(kind, node, random);
      let mark = -Infinity;
      for (const piece of cut(random, makeRows(random))) {
        told.take(piece);
        mark = piece.at(-1)!.mark;
        if (emit.everyUs !== null && random.chance(0.2)) {
          told.tick();
          told.expect();
        }
        if (random.chance(0.1)) told.expect(row => kind.isSettled(node, row, mark));
      }
      told.end();
      told.expect();
    }));

  test(`what is told of ${title} now and then is the same for any cutting`, () =>
    forRandom(random => {
      const node: AggregateNode = { ...kind.makeNode(random), emit: makeEmit(random) };
      const form = random.pick(['retract', 'upsert'] as const);
      expectSameForAnyCutting(random, makeRows(random), () => operatorOf(node, form), {
        table: () => new Integral(node.keys.length + 1, form),
        keyed: row => kind.keyFirst(node, row),
      });
    }));

  test(`${title} go on from a snapshot taken anywhere`, () =>
    forRandom(random => {
      const form = random.pick(['retract', 'upsert', 'final', 'late'] as const);
      const node = kind.makeNode(random);
      const input: AggregateNode = random.chance(0.5) ? node : { ...node, emit: makeEmit(random) };
      const plan: PlanNode = form === 'final' || form === 'late' ? { kind: form, input } : input;
      const history = [...cut(random, makeRows(random)).map(piece => batchOf(piece)), END];
      expectSameAfterMoves(random, () => operatorOf(plan, form as 'final'), history);
    }));

  test(`final ${title} are those of the table, for any cutting, and none is older than the mark that it carries`, () =>
    forRandom(random => {
      const node = kind.makeNode(random);
      const rows = makeRows(random);
      const changes = runAll(random, { kind: 'final', input: node }, rows);
      expectSame(
        changes.map(({ row }) => kind.keyFirst(node, row)),
        kind.reference(node, rows).rows.map(row => kind.keyFirst(node, row)),
        kind.compared(node),
      );
      expect(lines(runAll(random, { kind: 'final', input: node }, rows))).toEqual(lines(changes));
      let mark = -Infinity;
      let end = -Infinity;
      for (const change of changes) {
        expect(change.mark).toBeGreaterThanOrEqual(mark);
        mark = change.mark;
        if (!kind.isOnTime(node, change.row)) continue;
        const [, windowEnd, windowTime] = change.row.slice(node.keys.length);
        expect(Number(windowEnd)).toBeGreaterThanOrEqual(end);
        end = Number(windowEnd);
        expect(Number(windowTime)).toBeGreaterThanOrEqual(mark);
      }
    }));

  test(`late rows are those that no ${title} hold, as they came`, () =>
    forRandom(random => {
      const node = kind.makeNode(random);
      const rows = makeRows(random);
      const operator = operatorOf({ kind: 'late', input: node }, 'late' as 'final');
      const late = cut(random, rows).flatMap(piece => run(operator, batchOf(piece)));
      expect(late.map(({ row }) => text(row))).toEqual(
        kind
          .reference(node, rows)
          .late.map(({ time, seq, symbol, level, price, size }) =>
            text([time, seq, symbol, level, price, size]),
          ),
      );
      expect(operator.counters.late).toBe(late.length);
    }));
}
