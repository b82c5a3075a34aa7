import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';

/** What can stand for a source: a stream or a table. */
export interface Bindable {
  readonly plan: PlanNode;
}

/** The plans of what is to stand for sources, by their names; null: what the cells say. Error `MR1604` for what is no stream or table. */
export function sourcePlans(
  what: string,
  sources: Readonly<Record<string, Bindable | null>>,
): Record<string, PlanNode | null> {
  const plans = Object.entries(sources).map(([name, source]: [string, unknown]) => {
    if (source === null) return [name, null];
    if (typeof source === 'object' && 'plan' in source) return [name, source.plan];
    throw new MillraceError(
      'MR1604',
      `${what}: what is to stand for '${name}' is no stream or table.`,
      `Write ${what.replace('()', '')}({ ${name}: replay('${name}.parquet') }).`,
    );
  });
  return Object.fromEntries(plans) as Record<string, PlanNode | null>;
}
