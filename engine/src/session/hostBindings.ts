import { MillraceError } from '../columns/error.js';
import { typeName } from '../columns/types.js';
import type { PlanNode } from '../plan/plan.js';
import { replaceSources } from '../plan/replaceSources.js';
import type { HeldQuery } from './hostQueries.js';

/** A source that cannot take the place of another one. */
export class BindingError extends MillraceError {
  override readonly name = 'BindingError';
}

/** What stands for the sources of a session, by their names. */
export type Bindings = ReadonlyMap<string, PlanNode>;

/** A plan over the sources that are bound to its sources' names. */
export function bound(plan: PlanNode, bindings: Bindings): PlanNode {
  if (bindings.size === 0) return plan;
  return replaceSources(plan, source => {
    const other = bindings.get(source.name);
    if (other?.kind !== 'source') return other ?? source;
    // It goes by the name that cells know, and has the event time of what it stands for unless it says otherwise.
    return Object.freeze({ ...other, name: source.name, time: other.time ?? source.time });
  });
}

/** Other bindings: names that are given anew, or (null) go back to the source that cells wrote. */
export function rebound(
  bindings: Bindings,
  sources: Readonly<Record<string, PlanNode | null>>,
): Map<string, PlanNode> {
  const next = new Map(bindings);
  for (const [name, plan] of Object.entries(sources)) {
    if (plan === null) next.delete(name);
    else next.set(name, plan);
  }
  return next;
}

/** Throws where a table would have other columns than before: cells have been checked against those. */
export function checkColumns(before: HeldQuery, after: HeldQuery, names: readonly string[]): void {
  const shown = ({ prepared }: HeldQuery): string[] =>
    prepared.bound.fields.map(({ name, type }) => `${name} ${typeName(type)}`);
  const [old, now] = [shown(before), shown(after)];
  const differs = old.findIndex((column, k) => column !== now[k]);
  if (differs < 0 && old.length === now.length) return;
  const at = differs < 0 ? old.length : differs;
  throw new BindingError(
    'MR5106',
    `session.use(): with ${names.map(name => `'${name}'`).join(', ')} bound anew a table would have ${now[at] === undefined ? 'no column' : `the column ${now[at]}`} where it has ${old[at] ?? 'none'} now.`,
    'Give the new source the same columns: a schema, or .select(…) and .derive(…) of what it has. Nothing has been changed.',
  );
}
