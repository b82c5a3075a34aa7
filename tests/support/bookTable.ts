import type { Batch } from '../../engine/src/columns/batch.js';
import type { Field } from '../../engine/src/columns/types.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan } from '../../engine/src/plan/bind.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { bookFields } from '../../engine/src/sources/exchanges/marketRows.js';
import { namedRows, type NamedRow } from './exchangeRows.js';

/** The columns of changes of books. */
export const BOOK_FIELDS: readonly Field[] = bookFields({});

/** The operator of order books of so many levels, told in full. */
function bookOperator(depth: number): PhysicalOperator {
  const source: PlanNode = {
    kind: 'source',
    name: 'book',
    connector: 'webSocket',
    options: {},
    fields: null,
    time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
    clocked: false,
  };
  const root: PlanNode = {
    kind: 'changes',
    input: { kind: 'orderBook', input: source, depth },
    column: 'op',
  };
  const relations = bindPlan(root, () => ({
    schema: { fields: BOOK_FIELDS },
    time: 'ts',
    mode: 'append',
    key: null,
  }));
  return planPhysical(root, relations).operators[0];
}

/** A told change: its kind, its level, and the mark that is in force before it. */
export interface ToldLevel {
  readonly kind: number;
  readonly level: NamedRow;
  readonly mark: number;
}

/** Order books by the operator, and the table that its changes make: every change is checked against what the table holds. */
export class BookTable {
  operator: Operator;
  readonly levels = new Map<string, NamedRow>();
  readonly #plan: PhysicalOperator;
  #mark = -Infinity;

  constructor(depth: number, form: 'retract' | 'upsert' = 'retract') {
    this.#plan = { ...bookOperator(depth), form } as PhysicalOperator;
    this.operator = buildOperator(this.#plan);
  }

  /** Gives the operator a batch of changes and the table what it tells, which is returned. */
  push(batch: Batch): ToldLevel[] {
    const told = this.tell(batch);
    told.forEach((change, at) => this.#apply(change, told[at - 1], told[at + 1]));
    return told;
  }

  /** What the operator tells of a batch of changes. */
  tell(batch: Batch): ToldLevel[] {
    const told: ToldLevel[] = [];
    this.operator.process(0, batch, out => {
      const { kinds, marks, watermark } = out;
      namedRows(out).forEach((level, row) => {
        told.push({ kind: kinds?.[row] ?? 0, level, mark: this.#mark });
        if (marks === null) return;
        if (marks[row] < this.#mark) throw new Error('a mark falls');
        this.#mark = marks[row];
      });
      this.#mark = Math.max(this.#mark, watermark);
    });
    return told;
  }

  /** Goes on as an operator that has read what this one has written. */
  restart(): void {
    const writer = new SnapshotWriter();
    this.operator.snapshot(writer);
    this.operator = buildOperator(this.#plan);
    this.operator.restore(readSnapshot(writer.encode()));
  }

  /** The levels of a symbol, the best first. */
  book(symbol: string): NamedRow[] {
    const found: NamedRow[] = [];
    for (let level = 1; ; level++) {
      const row = this.levels.get(`${symbol} ${level}`);
      if (row === undefined) return found;
      found.push(row);
    }
  }

  #apply({ kind, level }: ToldLevel, before: ToldLevel | undefined, after: ToldLevel | undefined): void {
    const key = keyOf(level);
    const held = this.levels.get(key);
    if (kind === 1 || kind === 3) {
      if (held === undefined || text(held) !== text(level)) throw new Error(`takes back ${text(level)}`);
      this.levels.delete(key);
      if (kind === 3) return;
      if (after?.kind !== 2 || keyOf(after.level) !== key) throw new Error('a -U without its +U');
      if (text(after.level) === text(level)) throw new Error(`no change: ${text(level)}`);
      return;
    }
    if (held !== undefined) throw new Error(`two rows of ${key}`);
    if ((kind === 2) !== (before?.kind === 1)) throw new Error('a +U without its -U');
    this.levels.set(key, level);
  }
}

const keyOf = ({ symbol, level }: NamedRow): string => `${String(symbol)} ${String(level)}`;

/** A row as text. */
export function text(row: NamedRow): string {
  return Object.values(row).map(String).join(' ');
}
