import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { ReorderOperator } from '../../engine/src/operators/reorder.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import { batchOf, cut, END, FIELDS, makeHistory, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

interface Emitted {
  readonly row: readonly Value[];
  readonly mark: number;
  /** The batch that the row was in. */
  readonly batch: number;
}

const make = (sequence: 'seq' | null): ReorderOperator =>
  new ReorderOperator({ input: { fields: FIELDS }, time: { column: 'time', unit: 'us' }, sequence });

function rowsOf(random: Random): HistoryRow[] {
  const inOrder = random.chance(0.3);
  const boundUs = inOrder ? random.pick([0, 20]) : random.pick([0, 5, 80, 5000]);
  const rows = makeHistory(random, 20 + random.below(120), { boundUs, wide: random.chance(0.2) });
  if (!inOrder) return rows;
  const sorted = rows.filter(row => row.time !== null).sort((a, b) => Number(a.time) - Number(b.time));
  return sorted.map(row => ({ ...row, mark: Number(row.time) - boundUs }));
}

/** The rows in event order, those dropped left out. */
function reference(rows: readonly HistoryRow[], sequence: boolean): readonly HistoryRow[] {
  let mark = -Infinity;
  const kept = rows.filter(row => {
    const late = row.time === null || Number(row.time) < mark;
    mark = Math.max(mark, row.mark);
    return !late;
  });
  return kept.sort((a, b) => Number(a.time) - Number(b.time) || (sequence ? Number(a.seq - b.seq) : 0));
}

function collect(random: Random, rows: readonly HistoryRow[], sequence: 'seq' | null, restoring: boolean) {
  const out: Emitted[] = [];
  let operator = make(sequence);
  let batches = 0;
  const emit = (batch: Batch): void => {
    batches++;
    for (let i = 0; i < batch.length; i++) {
      const row = batch.columns.map(column => valueAt(column, i));
      out.push({ row, mark: batch.marks![i], batch: batches });
    }
  };
  for (const piece of cut(random, rows)) {
    operator.process(0, batchOf(piece), emit);
    if (!restoring || !random.chance(0.3)) continue;
    const writer = new SnapshotWriter();
    operator.snapshot(writer);
    operator = make(sequence);
    operator.restore(readSnapshot(writer.encode()));
  }
  operator.process(0, END, emit);
  return { out, counters: operator.counters };
}

test('rows come out in event order, those of one time together, alike for any cutting and across snapshots', () =>
  forRandom(random => {
    const sequence = random.pick(['seq', null] as const);
    const rows = rowsOf(random);
    const runs = [false, false, true].map(restoring => collect(random, rows, sequence, restoring));
    const wanted = reference(rows, sequence !== null).map(row =>
      text(FIELDS.map(field => row[field.name as keyof HistoryRow])),
    );
    for (const { out, counters } of runs) {
      expect(out.map(each => text(each.row))).toEqual(wanted);
      expect(out.map(each => each.mark)).toEqual(runs[0].out.map(each => each.mark));
      expect(counters.late + counters.untimed).toBe(rows.length - wanted.length);
      checkBatches(out);
    }
  }));

/** Marks never fall or pass their rows' times, and a time is not cut in two. */
function checkBatches(out: readonly Emitted[]): void {
  const batchOfTime = new Map<Value, number>();
  let mark = -Infinity;
  for (const each of out) {
    const [time] = each.row;
    if (!(each.mark >= mark) || Number(time) < each.mark)
      throw new Error(`mark ${each.mark} after ${mark}, time ${time}`);
    mark = each.mark;
    const batch = batchOfTime.get(time) ?? each.batch;
    if (batch !== each.batch) throw new Error(`time ${time} is in batches ${batch} and ${each.batch}`);
    batchOfTime.set(time, batch);
  }
}
