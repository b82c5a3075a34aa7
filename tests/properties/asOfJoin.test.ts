import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan } from '../../engine/src/plan/bind.js';
import type { AsOfJoinNode } from '../../engine/src/plan/nodes/asOfJoin.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import {
  asVersions,
  inOrder,
  joinedRows,
  makeBase,
  makeSide,
  relationOf,
  resultOf,
  sideBatch,
  usOf,
  type AsOfRow,
  type AsOfSide,
  type Joined,
} from './asOfHistories.js';
import { SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const source = (name: string): SourceNode => ({ ...SOURCE, name, options: { name } });

function makeNode(random: Random, versions: boolean): AsOfJoinNode {
  const keys = versions ? [['symbol']] : [['symbol'], ['symbol'], ['symbol', 'level'], ['level'], []];
  return {
    kind: 'asOfJoin',
    inputs: [source('left'), source('right')],
    keys: random.pick(keys).map(name => ({ left: name, right: name })),
    direction: versions ? 'backward' : random.pick(['backward', 'backward', 'forward', 'nearest']),
    toleranceUs: versions || random.chance(0.4) ? null : random.pick([0, 1, 1000, 2000, 20_000]),
    exact: versions || random.chance(0.7),
    suffix: '_right',
    rightTime: random.chance(0.5) ? 'rightTime' : null,
    how: random.pick(['left', 'left', 'inner']),
    emit: 'close',
    versions,
  };
}

/** A pipeline of the join, which may be exchanged for one that goes on from a snapshot of it. */
class Run {
  readonly told: {
    readonly kind: number;
    readonly row: string;
    readonly us: number;
    readonly mark: number;
  }[] = [];
  readonly watermarks: number[] = [];
  #pipeline: Pipeline;
  readonly #make: () => Pipeline;

  constructor(node: AsOfJoinNode, sides: readonly [AsOfSide, AsOfSide], changes: boolean) {
    const relations = bindPlan(node, ({ name }) =>
      name === 'left' ? relationOf(sides[0], false) : relationOf(sides[1], changes),
    );
    const plan = planPhysical(node, relations);
    this.#make = () =>
      new Pipeline(
        plan,
        batch => this.#take(batch, sides[0]),
        () => 0,
      );
    this.#pipeline = this.#make();
  }

  #take({ columns, kinds, length, marks, watermark }: Batch, { unit }: AsOfSide): void {
    const floor = this.watermarks.at(-1) ?? -Infinity;
    let before = floor;
    for (let row = 0; row < length; row++) {
      const values = columns.map((column): Value => valueAt(column, row));
      const us = usOf((values[0] as bigint) * { ms: 1_000_000n, us: 1000n, ns: 1n, s: 1n }[unit]);
      // No row comes late for those that read it, and marks never fall.
      expect(us).toBeGreaterThanOrEqual(floor);
      expect(marks![row]).toBeGreaterThanOrEqual(before);
      before = marks![row];
      this.told.push({ kind: kinds?.[row] ?? 0, row: text(values), us, mark: before });
    }
    expect(watermark).toBeGreaterThanOrEqual(before);
    this.watermarks.push(watermark);
  }

  push(port: number, batch: Batch): void {
    this.#pipeline.push(port, batch);
  }

  end(port: number): void {
    this.#pipeline.end(port);
  }

  /** Goes on in a new pipeline. */
  restart(): void {
    const next = this.#make();
    this.#pipeline.operators.forEach((operator, k) => {
      const writer = new SnapshotWriter();
      operator.snapshot(writer);
      next.operators[k].restore(readSnapshot(writer.encode()));
    });
    this.#pipeline = next;
  }

  get stateRows(): number {
    return this.#pipeline.operators.reduce((rows, operator) => rows + operator.stateRows(), 0);
  }

  get dropped(): number {
    return this.#pipeline.late;
  }
}

/** Pushes both sides in random pieces and any order, and says after each how far they are. */
function interleave(
  random: Random,
  run: Run,
  sides: readonly [AsOfSide, AsOfSide],
  changes: boolean,
  check: (
    arrived: readonly [readonly AsOfRow[], readonly AsOfRow[]],
    ended: readonly [boolean, boolean],
  ) => void,
): void {
  const at: [number, number] = [0, 0];
  const ended: [boolean, boolean] = [false, false];
  const bias = random.pick([0.1, 0.5, 0.9]);
  const most = random.pick([4, 12, 60]);
  while (!ended[0] || !ended[1]) {
    const port = ended[0] ? 1 : ended[1] ? 0 : random.chance(bias) ? 0 : 1;
    const { rows } = sides[port];
    if (at[port] === rows.length) {
      run.end(port);
      ended[port] = true;
    } else {
      let to = Math.min(rows.length, at[port] + 1 + random.below(most));
      // What is replaced comes directly before what replaces it.
      while (to < rows.length && rows[to - 1].kind === 1) to++;
      run.push(port, sideBatch(sides[port], rows.slice(at[port], to), changes && port === 1));
      at[port] = to;
    }
    if (random.chance(0.1)) run.restart();
    check([sides[0].rows.slice(0, at[0]), sides[1].rows.slice(0, at[1])], ended);
  }
}

/** How many left rows, from the first on, meet what nothing that is still to come can change. */
function certain(
  node: AsOfJoinNode,
  all: readonly Joined[],
  fine: boolean,
  marks: readonly [number, number],
): number {
  const [, progress] = marks;
  const margin = fine ? 1 : 0;
  const open = all.findIndex(({ left, right }) => {
    const us = usOf(left.ns!);
    if (!(us < marks[0] && us < progress)) return true;
    if (node.direction === 'backward' || progress === Infinity) return false;
    if (node.keys.some(key => left[key.left as keyof AsOfRow] === null)) return false;
    if (right !== null && (node.direction === 'forward' || right.ns! > left.ns!))
      return !(usOf(right.ns!) < progress);
    const reach = Math.min(node.toleranceUs ?? Infinity, right === null ? Infinity : us - usOf(right.ns!));
    return !(progress > us + reach + margin);
  });
  return open < 0 ? all.length : open;
}

const markOf = (rows: readonly AsOfRow[], ended: boolean): number =>
  ended ? Infinity : Math.max(-Infinity, ...rows.map(({ mark }) => mark));

test('each left row comes once, in event order, as soon as its match is certain, whatever the cutting and interleaving', () =>
  forRandom(random => {
    const versions = random.chance(0.3);
    const changes = versions && random.chance(0.7);
    const node = makeNode(random, versions);
    const base = makeBase(random);
    const left = makeSide(random, base);
    const plain = makeSide(random, base);
    const right = changes ? asVersions(random, plain) : plain;
    const sides = [left, right] as const;
    const units = [left.unit, right.unit] as const;
    const run = new Run(node, sides, changes);
    const all = joinedRows(node, inOrder(left.rows), inOrder(right.rows));
    const fine = units.includes('ns');
    const isTold = ({ right: met }: Joined): boolean => met !== null || node.how === 'left';
    const wanted = all.filter(isTold).map(each => text(resultOf(node, units, each)));
    interleave(random, run, sides, changes, (arrived, ended) => {
      const marks = [markOf(arrived[0], ended[0]), markOf(arrived[1], ended[1])] as const;
      const sure = all.slice(0, certain(node, all, fine, marks)).filter(isTold).length;
      expect(run.told.map(({ row }) => row)).toEqual(wanted.slice(0, sure));
    });
    expect(run.told.map(({ row }) => row)).toEqual(wanted);
    expect(run.told.every(({ us, mark }) => us <= mark)).toBe(true);
    expect(run.stateRows).toBe(0);
    const kept = inOrder(left.rows).length + inOrder(right.rows).length;
    const given = left.rows.length + right.rows.filter(({ kind }) => kind !== 1).length;
    expect(run.dropped).toBe(given - kept);
  }));

test('rows told at once are what the rows so far give, after every batch, and what rows in order give in the end', () =>
  forRandom(random => {
    const node: AsOfJoinNode = { ...makeNode(random, false), emit: 'change' };
    const base = makeBase(random);
    const sides = [makeSide(random, base), makeSide(random, base)] as const;
    const units = [sides[0].unit, sides[1].unit] as const;
    const run = new Run(node, sides, false);
    const table = new Map<string, number>();
    let applied = 0;
    interleave(random, run, sides, false, arrived => {
      const before = applied;
      for (; applied < run.told.length; applied++) {
        const { kind, row } = run.told[applied];
        const next = (table.get(row) ?? 0) + (kind === 1 || kind === 3 ? -1 : 1);
        if (next < 0) throw new Error(`${row} is taken back, and is not there`);
        table.set(row, next);
        // A value that is taken back is replaced directly.
        if (applied > before) expect(kind === 2).toBe(run.told[applied - 1].kind === 1);
      }
      const expected = joinedRows(node, inOrder(arrived[0]), inOrder(arrived[1]))
        .filter(({ right }) => right !== null || node.how === 'left')
        .map(each => text(resultOf(node, units, each)));
      const held = [...table].flatMap(([row, count]) => Array.from({ length: count }, () => row));
      expect(held.sort()).toEqual(expected.sort());
    });
    expect(run.stateRows).toBe(0);
  }));
