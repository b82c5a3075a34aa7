import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalInput, PhysicalPlan } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { batchOf, cut, END, FIELDS, type HistoryRow } from './histories.js';
import type { Random } from './random.js';

/** A row that came out, and the watermark in force after it. */
interface OutRow {
  readonly row: Value[];
  readonly mark: number;
}

/** The plan of a query over histories, each of its sources one. */
export function planOf(root: PlanNode): PhysicalPlan {
  return planPhysical(
    root,
    bindPlan(root, source => sourceRelationOf(source, FIELDS)),
  );
}

/** A plan of several sources that runs, and what has come out of it. */
export class Graph {
  readonly rows: OutRow[] = [];
  watermark = -Infinity;
  readonly #operators: Operator[];

  constructor(readonly plan: PhysicalPlan) {
    this.#operators = plan.operators.map(each => buildOperator(each));
  }

  push(source: number, batch: Batch): void {
    this.#feed(input => 'source' in input && input.source === source, batch);
  }

  /** Says that the sources of a port of the last operator are silent, or are back. */
  idle(port: number, idle: boolean): void {
    this.#operators.at(-1)!.idle!(port, idle, batch => this.#take(batch));
  }

  #feed(from: (input: PhysicalInput) => boolean, batch: Batch): void {
    this.plan.operators.forEach(({ inputs }, at) => {
      inputs.forEach((input, port) => {
        if (!from(input)) return;
        this.#operators[at].process(port, batch, out => {
          if (at === this.plan.operators.length - 1) this.#take(out);
          else this.#feed(each => 'operator' in each && each.operator === at, out);
        });
      });
    });
  }

  #take(out: Batch): void {
    for (let i = 0; i < out.length; i++)
      this.rows.push({ row: out.columns.map(each => valueAt(each, i)), mark: out.marks![i] });
    if (out.watermark < this.watermark) throw new Error(`the watermark falls to ${out.watermark}`);
    this.watermark = out.watermark;
  }

  /** Goes on with operators that know what these have written. */
  restart(): void {
    this.plan.operators.forEach((physical, k) => {
      const writer = new SnapshotWriter();
      this.#operators[k].snapshot(writer);
      this.#operators[k] = buildOperator(physical);
      this.#operators[k].restore(readSnapshot(writer.encode()));
    });
  }

  /** Rows of state, of all operators. */
  stateRows(): number {
    return this.#operators.reduce((total, each) => total + each.stateRows(), 0);
  }

  /** Rows dropped as late, by all operators. */
  late(): number {
    return this.#operators.reduce((total, each) => total + each.counters.late, 0);
  }

  /** Bytes of state, of all operators. */
  bytes(): number {
    return this.#operators.reduce((total, each) => total + each.bytes(), 0);
  }
}

/** Gives histories to a graph, cut and put between each other at random, up to their ends. */
export function feedAtRandom(
  random: Random,
  graph: Graph,
  histories: readonly (readonly HistoryRow[])[],
  restarts: boolean,
): void {
  const pieces = histories.map(rows => [...cut(random, rows).map(piece => batchOf(piece)), END]);
  while (pieces.some(left => left.length > 0)) {
    const source = random.below(pieces.length);
    const batch = pieces[source].shift();
    if (batch === undefined) continue;
    graph.push(source, batch);
    if (restarts && random.chance(0.15)) graph.restart();
  }
}

/** The rows that are neither late nor untimed, in event order. */
export function inOrder(rows: readonly HistoryRow[]): HistoryRow[] {
  let mark = -Infinity;
  const kept = rows.filter(row => {
    const late = row.time === null || Number(row.time) < mark;
    mark = Math.max(mark, row.mark);
    return !late;
  });
  return kept.sort((a, b) => Number(a.time) - Number(b.time) || Number(a.seq - b.seq));
}

/** Throws where a row is late by the marks before it, or a mark falls. `timeOf`: its event time. */
export function checkMarks(rows: readonly OutRow[], timeOf: (row: readonly Value[]) => Value): void {
  let mark = -Infinity;
  rows.forEach((each, i) => {
    const time = timeOf(each.row);
    if (time !== null && Number(time) < mark)
      throw new Error(`row ${i} at ${Number(time)} is late by ${mark}`);
    if (each.mark < mark) throw new Error(`the mark of row ${i} falls`);
    mark = each.mark;
  });
}
