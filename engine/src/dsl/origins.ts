import { valueToLiteral } from '../expr/literal.js';
import type { PlanNode } from '../plan/plan.js';
import { requireColumn } from '../plan/requireColumn.js';
import { ask } from '../session/ask.js';
import { exactValue } from './arrowColumns.js';
import type { Kinds } from './kinds.js';
import { collectionOver } from './make.js';

/** Rows that a row was made of, see `Collection.origins`. */
export interface Origin {
  /** `input`, `left` or `right` of an input of the step; `late`: came too late, and is not in the row. */
  readonly role: 'input' | 'left' | 'right' | 'late';
  /** Whether these are the rows that made it, and no others; false: they are among these. */
  readonly exact: boolean;
  /** The rows, read when they are asked for; their own origins can be asked for in turn. */
  readonly rows: Kinds<Record<string, unknown>>['StreamTable'];
}

/** Where a row comes from. */
export interface Origins {
  /** The step that made it, as `explain()` writes it. */
  readonly step: string;
  /** How many rows have the values that were given: the first one's origins are told. */
  readonly found: number;
  readonly origins: readonly Origin[];
}

/** @param row values of columns, as `rows()` gives them; undefined ones are not known */
export async function originsOf(plan: PlanNode, row: Readonly<Record<string, unknown>>): Promise<Origins> {
  const { fields } = await ask({ type: 'bind', plan });
  const values = Object.entries(row)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const field = requireColumn(name, { fields });
      return [name, valueToLiteral(value === null ? null : exactValue(field, value), field.type)] as const;
    });
  const { step, rows, origins } = await ask({ type: 'origins', plan, values: Object.fromEntries(values) });
  return {
    step,
    found: rows,
    origins: origins.map(origin => ({
      role: origin.role,
      exact: origin.exact,
      rows: collectionOver<'StreamTable', Record<string, unknown>>('StreamTable', origin.plan),
    })),
  };
}
