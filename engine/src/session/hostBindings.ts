import { MillraceError } from '../columns/error.js';
import { typeName } from '../columns/types.js';
import { planSources } from '../plan/children.js';
import type { SourceNode } from '../plan/nodes/source.js';
import { parametersOf, withParameters, type ParameterValues } from '../plan/parameters.js';
import type { PlanNode } from '../plan/plan.js';
import { replaceSources } from '../plan/replaceSources.js';
import type { CacheRegistry } from './hostCaches.js';
import type { HeldQuery, QueryRegistry } from './hostQueries.js';

/** A source that cannot take the place of another one. */
export class BindingError extends MillraceError {
  override readonly name = 'BindingError';
}

/** What stands for the sources of a session, by their names. */
type Bindings = ReadonlyMap<string, PlanNode>;

/** Something that shows or holds a plan's rows, and goes on over other sources, or with other values. */
export interface User {
  /** As its cell has written it. */
  readonly plan: PlanNode;
  held: HeldQuery;
  /** Those of the plan's parameters with which its query runs. */
  values: ParameterValues;
  /** It is held by another query than before. */
  readonly rebound?: () => void;
  /** There is no query for the values that its parameters have now; null: there is one again. */
  readonly failed?: (error: unknown) => void;
}

const NO_VALUES: ParameterValues = new Map();

/** Which sources stand for those of a session's cells. */
export class SourceBindings {
  #bindings: Bindings = new Map();
  /** Plans as cells wrote them, by what runs for them. */
  readonly #written = new WeakMap<PlanNode, PlanNode>();
  /** The values of parameters in plans that run, what of them is kept included. */
  readonly #values = new WeakMap<PlanNode, ParameterValues>();

  constructor(
    readonly queries: QueryRegistry,
    readonly caches: Pick<CacheRegistry, 'resolve'>,
    /** The values that plan parameters have now. */
    readonly present: () => ParameterValues,
  ) {}

  /** What runs for a plan: over the sources that stand for its own, with the present values, and with `kept` over results that are kept. */
  async resolve(
    written: PlanNode,
    kept: boolean,
    { bindings = this.#bindings, values = this.present() } = {},
  ): Promise<PlanNode> {
    const plan = withParameters(bound(written, bindings), values);
    const resolved = kept ? await this.caches.resolve(plan) : plan;
    if (resolved !== written) this.#written.set(resolved, written);
    const given = parametersOf(plan);
    if (given.size > 0) this.#values.set(resolved, given);
    return resolved;
  }

  /** The parameters of a plan as its cell wrote it, over the sources that stand for its own. */
  parametersOf(written: PlanNode): ParameterValues {
    return parametersOf(bound(written, this.#bindings));
  }

  /** The values that a plan's parameters have among these. */
  valuesOf(written: PlanNode, values: ParameterValues): ParameterValues {
    return parametersOf(withParameters(bound(written, this.#bindings), values));
  }

  /** The values with which a plan that `resolve` gave runs. */
  valuesIn(resolved: PlanNode): ParameterValues {
    return this.#values.get(resolved) ?? NO_VALUES;
  }

  /** A plan as its cell wrote it. */
  writtenOf(plan: PlanNode): PlanNode {
    return this.#written.get(plan) ?? plan;
  }

  /** Binds sources anew (null: back to what cells say). Who uses them goes on over them, once all can; returns how many do. */
  async use(
    sources: Readonly<Record<string, PlanNode | null>>,
    users: readonly User[],
  ): Promise<{ readonly rebound: number }> {
    const bindings = new Map(this.#bindings);
    for (const [name, plan] of Object.entries(sources)) {
      if (plan === null) bindings.delete(name);
      else bindings.set(name, plan);
    }
    const names = Object.keys(sources);
    const concerned = users.filter(({ plan }) =>
      planSources(plan).some(({ name }) => names.includes(feedOf(name))),
    );
    const held: HeldQuery[] = [];
    const values: ParameterValues[] = [];
    try {
      for (const user of concerned) {
        const plan = await this.resolve(user.plan, true, { bindings });
        values.push(this.valuesIn(plan));
        held.push(await this.queries.hold(plan, user.rebound !== undefined));
        checkColumns(user.held, held[held.length - 1], names);
      }
    } catch (error) {
      for (const each of held) await this.queries.release(each);
      throw error;
    }
    this.#bindings = bindings;
    for (const [k, user] of concerned.entries()) {
      const before = user.held;
      user.held = held[k];
      user.values = values[k];
      user.rebound?.();
      await this.queries.release(before);
    }
    return { rebound: concerned.length };
  }
}

/** A plan over the sources that are bound to its sources' names. */
function bound(plan: PlanNode, bindings: Bindings): PlanNode {
  if (bindings.size === 0) return plan;
  return replaceSources(plan, source => {
    const other = bindings.get(source.name) ?? eventsOf(source, bindings.get(feedOf(source.name)));
    if (other?.kind !== 'source') return other ?? source;
    // It goes by the name that cells know, and has the event time of what it stands for unless it says otherwise.
    return Object.freeze({ ...other, name: source.name, time: other.time ?? source.time });
  });
}

/** What happens to a feed's connection is a source of its own, named after it. */
const EVENTS = ' events';

function feedOf(name: string): string {
  return name.endsWith(EVENTS) ? name.slice(0, -EVENTS.length) : name;
}

/** The events of what stands for a feed, where that has any. */
function eventsOf(events: SourceNode, feed: PlanNode | undefined): PlanNode | undefined {
  if (feed?.kind !== 'source' || feed.connector !== events.connector) return undefined;
  return { ...events, options: { ...feed.options, decode: events.options.decode } };
}

/** Throws where a table would have other columns than before: cells have been checked against those. */
function checkColumns(before: HeldQuery, after: HeldQuery, names: readonly string[]): void {
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
