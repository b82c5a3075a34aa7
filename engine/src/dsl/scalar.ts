import { aggregateNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { rowsOfArrow } from './arrowRows.js';

/** The one column of a scalar's table. */
const COLUMN = 'value';

/**
 * One value of a table: a promise of it as it is now, and in `` md`…` `` the value as it goes on changing. Nothing is read until it is awaited or
 * shown.
 *
 * @example await trades.max('price'); md`The highest price is ${trades.max('price')}.`
 */
export class Scalar<T> implements PromiseLike<T> {
  readonly #read: () => Promise<T>;

  /**
   * @param plan a table of one row and one column
   * @param empty the value of no rows, as text
   */
  constructor(
    readonly plan: PlanNode,
    readonly empty: string,
    read: () => Promise<T>,
  ) {
    this.#read = read;
  }

  then<Fulfilled = T, Rejected = never>(
    fulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#read().then(fulfilled, rejected);
  }

  catch<Rejected = never>(
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<T | Rejected> {
    return this.#read().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.#read().finally(settled);
  }

  get [Symbol.toStringTag](): string {
    return 'Scalar';
  }
}

/** One aggregate over all rows of a plan. */
export function scalarOf<T>(plan: PlanNode, fn: string, column: string | null, current: boolean): Scalar<T> {
  const args = column === null ? [] : [{ kind: 'column' as const, name: column }];
  const call = { fn, args, where: null, distinct: false, options: {} };
  const aggregate = aggregateNode({
    input: plan,
    keys: [],
    window: null,
    allowedLatenessUs: 0,
    columns: [{ name: COLUMN, call }],
  });
  const read = async (): Promise<T> => {
    const { arrow, bound } = await ask({ type: 'read', plan: aggregate, limit: null, current });
    const [row] = rowsOfArrow<Record<string, unknown>>(arrow, bound.fields, {});
    return (row?.[COLUMN] ?? null) as T;
  };
  return new Scalar(aggregate, 'NULL', read);
}

/** How many rows a plan has. */
export function countOf(plan: PlanNode, current: boolean): Scalar<number> {
  const { plan: counted } = scalarOf(plan, 'count', null, current);
  const read = async (): Promise<number> => (await ask({ type: 'read', plan, limit: null, current })).rows;
  return new Scalar(counted, '0', read);
}
