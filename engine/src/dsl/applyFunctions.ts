import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import { applyNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { registerFunction, rowFunction, scanFunction } from './userFunctions.js';
import { made } from './origin.js';
import type { RowSchema } from './types.js';

/** What `map` takes beside its function. */
interface MapOptions {
  readonly returns: RowSchema<unknown>;
  readonly name?: string;
}

/** What `scan` takes: see `Stream.scan`. */
export interface ScanOptions<Row, State, Out, Key extends keyof Row & string> {
  /** The columns whose values have a state each; none: one state for all rows. */
  readonly by?: Key | readonly Key[];
  /** The state of a key before its first row. */
  readonly init: () => State;
  /** The next state, and the row that comes out, or null for none. It may change the state in place and give it back. */
  readonly step: (state: State, row: Row) => { readonly state: State; readonly out: Out | null };
  /** The columns of the rows that come out. */
  readonly returns: RowSchema<Out>;
  readonly name?: string;
}

/** The plan of `map`. */
export function mapPlan(input: PlanNode, fn: (row: never) => unknown, options: MapOptions): PlanNode {
  const returns = fieldsOf('map', options.returns);
  const name = options.name ?? (fn.name === '' ? 'map' : fn.name);
  const id = registerFunction(
    `map's function '${name}'`,
    returns,
    rowFunction(fn, returns, `map's function '${name}'`),
  );
  return made(applyNode({ input, form: 'map', fn: id, name, args: null, by: [], returns }));
}

/** The plan of `scan`. */
export function scanPlan<Row, State, Out, Key extends keyof Row & string>(
  input: PlanNode,
  options: ScanOptions<Row, State, Out, Key>,
): PlanNode {
  const returns = fieldsOf('scan', options.returns);
  const by: readonly string[] = options.by === undefined ? [] : [options.by].flat();
  const name = options.name ?? 'scan';
  const label = `scan's step '${name}'`;
  const apply = scanFunction(options.init, options.step, { by, returns, name: label });
  const id = registerFunction(label, returns, apply);
  return made(applyNode({ input, form: 'scan', fn: id, name, args: null, by, returns }));
}

function fieldsOf(method: string, returns: RowSchema<unknown> | undefined): readonly Field[] {
  if (returns?.fields !== undefined) return returns.fields;
  throw new MillraceError(
    'MR1805',
    `${method}() has to know the columns that it gives.`,
    "Say them: { returns: schema({ ts: timestamp('us'), pnl: float64 }) }.",
  );
}
