import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { toEventTimes } from '../../engine/src/columns/time.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { EmitSpec } from '../../engine/src/windows/emission.js';
import { batchOfUnits, cutUnits, makeChanges, opposite, type Unit } from './changingHistories.js';
import { END } from './histories.js';
import { expectSameAfterMoves, moved } from './moving.js';
import { forRandom, type Random } from './random.js';
import { expectSame, text, type ResultRow } from './reference.js';
import { batches, Integral, operatorOf, run, ticked, type Change } from './running.js';

/** What tells one kind of windows over rows that may be taken back from another. */
export interface ChangingWindowKind {
  readonly title: string;
  makeNode(random: Random): AggregateNode;
  /** The windows after a history. */
  reference(node: AggregateNode, units: readonly Unit[]): readonly ResultRow[];
  /** A row with the values of its key first: those of its group and then of its window. */
  keyFirst(node: AggregateNode, row: ResultRow): ResultRow;
  /** How many of the values that come first two results have to agree in, so that the others are compared. */
  compared(node: AggregateNode): number;
  /** Whether open windows, too, are told before the watermark has passed their time. */
  readonly punctual: boolean;
  /** Whether no two rows that differ may be alike in their order. */
  readonly ordered: boolean;
}

const makeEmit = (random: Random): EmitSpec => ({
  change: false,
  everyUs: random.chance(0.4) ? 1 : null,
  rows: random.chance(0.4) ? 1 + random.below(4) : null,
});

const lines = (changes: readonly Change[]): string[] =>
  changes.map(({ kind, row, mark }) => `${kind} ${text(row)} at ${mark}`);

const retracting = (node: PlanNode, form: 'retract' | 'upsert' | 'final'): Operator =>
  operatorOf(node, form, 'retract');

/** Declares the tests of what windows made by rows that may be taken back promise. */
export function testChangingRowWindows(kind: ChangingWindowKind): void {
  const { title } = kind;

  const historyOf = (random: Random, marked = true): Unit[] =>
    makeChanges(random, 15 + random.below(45), {
      marked,
      wide: random.chance(0.2),
      ordered: kind.ordered,
    });

  const expectRows = (node: AggregateNode, rows: Iterable<ResultRow>, units: readonly Unit[]): void =>
    expectSame(
      [...rows],
      kind.reference(node, units).map(row => kind.keyFirst(node, row)),
      kind.compared(node),
    );

  /** The table of what an operator tells. */
  const tableOf = (node: AggregateNode, form: 'retract' | 'upsert') => {
    const table = new Integral(node.keys.length + 1, form);
    const apply = (changes: readonly Change[]): void =>
      table.apply(changes.map(change => ({ ...change, row: kind.keyFirst(node, change.row) })));
    return { table, apply };
  };

  test(`after every batch the table holds the ${title} of the rows that are left`, () =>
    forRandom(random => {
      const node = kind.makeNode(random);
      const form = random.pick(['retract', 'upsert'] as const);
      let operator = retracting(node, form);
      const { table, apply } = tableOf(node, form);
      const said: Unit[] = [];
      for (const piece of cutUnits(random, historyOf(random))) {
        said.push(...piece);
        for (const changes of batches(operator, batchOfUnits(piece))) apply(changes);
        expectRows(node, table.rows.values(), said);
        if (random.chance(0.2)) operator = moved(operator, () => retracting(node, form));
      }
      for (const changes of batches(operator, END)) apply(changes);
      expectRows(node, table.rows.values(), said);
    }));

  test(`the opposite of all rows leaves no ${title}, and no state`, () =>
    forRandom(random => {
      const made = kind.makeNode(random);
      const node: AggregateNode = random.chance(0.3) ? { ...made, emit: makeEmit(random) } : made;
      const form = random.pick(['retract', 'upsert'] as const);
      let operator = retracting(node, form);
      const { table, apply } = tableOf(node, form);
      const units = historyOf(random, false);
      for (const piece of [...cutUnits(random, units), ...cutUnits(random, opposite(random, units))]) {
        for (const changes of batches(operator, batchOfUnits(piece))) apply(changes);
        if (random.chance(0.2)) operator = moved(operator, () => retracting(node, form));
      }
      apply(ticked(operator));
      // What is told later is kept until then.
      const isTold = node.emit === undefined || node.emit.everyUs !== null;
      if (isTold) expect([...table.rows.values()]).toEqual([]);
      if (isTold) expect(operator.stateRows()).toBe(0);
      for (const changes of batches(operator, END)) apply(changes);
      expect([...table.rows.values()]).toEqual([]);
    }));

  test(`${title} of changing rows that are told now and then are the same for any cutting, and right when they are told`, () =>
    forRandom(random => {
      const node: AggregateNode = { ...kind.makeNode(random), emit: makeEmit(random) };
      const form = random.pick(['retract', 'upsert'] as const);
      const operators = [retracting(node, form), retracting(node, form)] as const;
      const tables = [tableOf(node, form), tableOf(node, form)] as const;
      const told = (at: 0 | 1): string[] => [...tables[at].table.rows.values()].map(text).sort();
      const said: Unit[] = [];
      for (const piece of cutUnits(random, historyOf(random))) {
        said.push(...piece);
        for (const changes of batches(operators[0], batchOfUnits(piece))) tables[0].apply(changes);
        for (const unit of piece)
          for (const changes of batches(operators[1], batchOfUnits([unit]))) tables[1].apply(changes);
        expect(told(0)).toEqual(told(1));
        if (node.emit?.everyUs !== null && random.chance(0.3)) {
          tables[0].apply(ticked(operators[0]));
          tables[1].apply(ticked(operators[1]));
          expect(told(0)).toEqual(told(1));
          expectRows(node, tables[0].table.rows.values(), said);
        }
      }
      for (const changes of batches(operators[0], END)) tables[0].apply(changes);
      expectRows(node, tables[0].table.rows.values(), said);
    }));

  test(`final ${title} of changing rows are those of the table, for any cutting`, () =>
    forRandom(random => {
      const node = kind.makeNode(random);
      const units = historyOf(random);
      const all = (): Change[] => {
        const operator = retracting({ kind: 'final', input: node }, 'final');
        return [...cutUnits(random, units).map(batchOfUnits), END].flatMap(batch => run(operator, batch));
      };
      const changes = all();
      expectRows(
        node,
        changes.map(({ row }) => kind.keyFirst(node, row)),
        units,
      );
      expect(lines(all())).toEqual(lines(changes));
    }));

  test(`what is told of ${title} of changing rows is not behind the watermark`, () =>
    forRandom(random => {
      const made = kind.makeNode(random);
      const node: AggregateNode = random.chance(0.3) ? { ...made, emit: makeEmit(random) } : made;
      const form = kind.punctual ? random.pick(['retract', 'final'] as const) : 'final';
      const operator = retracting(form === 'final' ? { kind: 'final', input: node } : node, form);
      let watermark = -Infinity;
      const check = (out: Batch): void => {
        const time = out.columns[node.keys.length + 2];
        const times = new Float64Array(out.length);
        if (out.length > 0) toEventTimes(time.data, 'us', out.length, times);
        for (let row = 0; row < out.length; row++) {
          const mark = out.marks![row];
          expect(mark).toBeGreaterThanOrEqual(watermark);
          expect(times[row]).toBeGreaterThanOrEqual(mark);
          watermark = mark;
        }
        expect(out.watermark).toBeGreaterThanOrEqual(watermark);
        watermark = out.watermark;
      };
      for (const piece of cutUnits(random, historyOf(random)))
        operator.process(0, batchOfUnits(piece), check);
    }));

  test(`${title} of changing rows go on from a snapshot taken anywhere`, () =>
    forRandom(random => {
      const form = random.pick(['retract', 'upsert', 'final'] as const);
      const node = kind.makeNode(random);
      const input: AggregateNode = random.chance(0.5) ? node : { ...node, emit: makeEmit(random) };
      const plan: PlanNode = form === 'final' ? { kind: form, input } : input;
      const history = [...cutUnits(random, historyOf(random)).map(batchOfUnits), END];
      expectSameAfterMoves(random, () => retracting(plan, form), history);
    }));
}
