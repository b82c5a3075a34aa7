import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, STRING, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import type { Applied, Exchange } from '../../engine/src/operators/apply.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { ApplyNode } from '../../engine/src/plan/nodes/apply.js';
import { changesOf, Table, type Input } from './changingTable.js';
import { batchOf, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom } from './random.js';
import { keyText, text } from './reference.js';

const RETURNS: readonly Field[] = [
  { name: 'symbol', type: STRING, nullable: true },
  { name: 'total', type: INT64, nullable: false },
  { name: 'rows', type: INT64, nullable: false },
];

interface State {
  total: bigint;
  rows: bigint;
}

/** A step that changes its state in place, and gives nothing for some rows. */
function step(state: State, symbol: Value, size: bigint): Value[] | null {
  state.total += size % 1000n;
  state.rows += 1n;
  return state.total % 3n === 0n ? null : [symbol, state.total, state.rows];
}

/** Where the step is: it answers when it is asked to, one call after the other of each run. */
class Stepping implements Exchange {
  readonly states = new Map<string, Map<string, State>>();
  readonly #answers: (() => void)[] = [];
  #runs = 0;

  constructor(readonly by: readonly number[]) {}

  begin(): string {
    const run = `r${++this.#runs}`;
    this.states.set(run, new Map());
    return run;
  }

  call({ run, batch }: Parameters<Exchange['call']>[0], done: (applied: Applied) => void): void {
    const states = this.states.get(run)!;
    const rows: number[] = [];
    const made: Value[][] = [];
    for (let row = 0; row < batch.length; row++) {
      const key = keyText(this.by.map(at => valueAt(batch.columns[at], row)));
      const state = states.get(key) ?? { total: 0n, rows: 0n };
      states.set(key, state);
      const out = step(state, valueAt(batch.columns[2], row), valueAt(batch.columns[5], row) as bigint);
      if (out === null) continue;
      rows.push(row);
      made.push(out);
    }
    const columns = RETURNS.map((field, k) =>
      columnOf(
        field.type,
        made.map(row => row[k]),
      ),
    );
    this.#answers.push(() => done({ columns, length: made.length, rows: Int32Array.from(rows) }));
  }

  end(run: string): void {
    this.states.delete(run);
  }

  answer(): boolean {
    const next = this.#answers.shift();
    next?.();
    return next !== undefined;
  }
}

function reference(by: readonly string[], rows: readonly HistoryRow[]): string[] {
  const states = new Map<string, State>();
  return rows.flatMap(row => {
    const key = keyText(by.map(name => row[name as keyof HistoryRow]));
    const state = states.get(key) ?? { total: 0n, rows: 0n };
    states.set(key, state);
    const out = step(state, row.symbol, row.size);
    return out === null ? [] : [text(out)];
  });
}

/** What has been told, by the texts of rows. */
class Told {
  readonly rows: string[] = [];

  apply({ columns, kinds, length }: Batch): void {
    for (let i = 0; i < length; i++) {
      const row = text(columns.map(column => valueAt(column, i)));
      const kind = kinds?.[i] ?? 0;
      if (kind === 1 && kinds?.[i + 1] !== 2) throw new Error(`-U ${row} without a +U`);
      if ((kind & 1) === 0) this.rows.push(row);
      else if (!this.rows.includes(row)) throw new Error(`${row} is taken back, and is not there`);
      else this.rows.splice(this.rows.indexOf(row), 1);
    }
  }
}

function makeOperator(by: readonly string[], input: Input) {
  const source = { ...SOURCE, time: input.timed ? SOURCE.time : null };
  const node: ApplyNode = {
    kind: 'apply',
    input: source,
    form: 'scan',
    fn: 'f',
    name: 'f',
    args: null,
    by,
    returns: RETURNS,
  };
  const relations = bindPlan(node, each => ({
    ...sourceRelationOf(each, FIELDS),
    mode: 'retract',
    key: input.key,
  }));
  const { operators } = planPhysical(node, relations);
  const exchange = new Stepping(by.map(name => FIELDS.findIndex(field => field.name === name)));
  const failed = (error: unknown): void => {
    throw error;
  };
  expect(operators.map(({ op }) => op)).toEqual(['apply']);
  return {
    exchange,
    operator: buildOperator(operators[0], { exchange, progressed: () => undefined, failed }),
  };
}

test('a step over a table that changes gives what it gives of its rows, whatever is under way', () =>
  forRandom(random => {
    const by = random.pick([[], ['symbol'], ['symbol', 'level']]);
    const input: Input = { key: random.pick([null, null, ['size']]), timed: random.chance(0.7) };
    const { exchange, operator } = makeOperator(by, input);
    const told = new Told();
    const table = new Table(input);
    const coming = makeHistory(random, 20 + random.below(80), {
      boundUs: random.pick([0, 5]),
      wide: random.chance(0.2),
    });
    const most = random.pick([3, 20]);
    const settle = (): void => {
      while (exchange.answer());
      expect(operator.pendingRows).toBe(0);
      expect([...told.rows].sort()).toEqual(reference(by, table.rows()).sort());
    };
    let mark = -Infinity;
    while (coming.length > 0) {
      const changes = changesOf(random, table, coming, 1 + random.below(most));
      const rows = changes.map(({ row }) => {
        mark = Math.max(mark, random.chance(0.5) ? row.mark : -Infinity);
        return { ...row, mark };
      });
      operator.process(
        0,
        batchOf(
          rows,
          Uint8Array.from(changes, ({ kind }) => kind),
        ),
        out => told.apply(out),
      );
      if (random.chance(0.3)) exchange.answer();
      if (random.chance(0.5)) settle();
    }
    settle();
    expect(operator.counters.unmatched).toBe(table.unmatched);
    const gone = table.held.map(({ row }) => row).sort(() => random.next() - 0.5);
    operator.process(0, batchOf(gone, new Uint8Array(gone.length).fill(3)), out => told.apply(out));
    operator.process(0, END, out => told.apply(out));
    gone.forEach(row => table.take(row));
    settle();
    expect([told.rows, operator.stateRows(), exchange.states.size]).toEqual([[], 0, 0]);
  }));
