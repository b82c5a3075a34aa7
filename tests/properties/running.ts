import type { Batch } from '../../engine/src/columns/batch.js';
import { ROW_KIND_NAMES } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { Relation } from '../../engine/src/plan/relation.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { FIELDS } from './histories.js';
import { keyText, text, type ResultRow } from './reference.js';

/** A row of a changelog. */
export interface Change {
  readonly kind: (typeof ROW_KIND_NAMES)[number];
  readonly row: ResultRow;
  readonly mark: number;
}

/** The one operator of a plan over histories, in the form wanted. */
export function operatorOf(
  plan: PlanNode,
  form: 'retract' | 'upsert' | 'final',
  mode: Relation['mode'] = 'append',
): Operator {
  const relations = bindPlan(plan, source => ({ ...sourceRelationOf(source, FIELDS), mode }));
  const [physical] = planPhysical(plan, relations).operators;
  return buildOperator({ ...physical, form } as PhysicalOperator);
}

/** What an operator puts out for a batch. */
export function run(operator: Operator, batch: Batch): Change[] {
  return batches(operator, batch).flat();
}

/** What an operator puts out for a batch, batch by batch: of one, each row is changed at most once. */
export function batches(operator: Operator, batch: Batch): Change[][] {
  const found: Change[][] = [];
  operator.process(0, batch, out => found.push(changesOf(out)));
  return found;
}

/** What an operator puts out when a period is over; nothing where it has none. */
export function ticked(operator: Operator): Change[] {
  const found: Change[] = [];
  if ((operator.everyUs ?? null) === null) return found;
  operator.tick?.(out => found.push(...changesOf(out)));
  return found;
}

function changesOf({ columns, kinds, length, marks }: Batch): Change[] {
  return Array.from({ length }, (_, row) => ({
    kind: ROW_KIND_NAMES[kinds?.[row] ?? 0],
    row: columns.map((column): Value => valueAt(column, row)),
    mark: marks?.[row] ?? NaN,
  }));
}

/** The integral of a changelog: a table that checks every change against what it holds. */
export class Integral {
  readonly rows = new Map<string, ResultRow>();

  constructor(
    readonly keys: number,
    readonly form: 'retract' | 'upsert',
  ) {}

  apply(changes: readonly Change[]): void {
    const touched = new Map<string, number>();
    for (const { kind, row } of changes) {
      const key = keyText(row.slice(0, this.keys));
      const held = this.rows.get(key);
      if (kind === '-U' || kind === '-D') {
        if (held === undefined || text(held) !== text(row)) {
          throw new Error(`${kind} ${text(row)} takes back ${held === undefined ? 'nothing' : text(held)}`);
        }
        this.rows.delete(key);
        if (kind === '-U') continue;
      } else {
        const updates = kind === '+U';
        if (this.form === 'upsert' && updates !== (held !== undefined))
          throw new Error(`${kind} ${text(row)} of a row held: ${String(held)}`);
        if (this.form === 'retract' && held !== undefined)
          throw new Error(`${kind} ${text(row)} without a -U before`);
        this.rows.set(key, row);
      }
      touched.set(key, (touched.get(key) ?? 0) + 1);
    }
    const twice = [...touched].find(([, times]) => times > 1);
    if (twice !== undefined) throw new Error(`the row of key ${twice[0]} changed twice in one batch`);
  }
}
