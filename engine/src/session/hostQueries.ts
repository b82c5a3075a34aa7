import type { Relation } from '../plan/relation.js';
import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { planSources } from '../plan/children.js';
import { partOf } from '../plan/parts.js';
import { withHistories } from '../plan/followedBy.js';
import { planHash } from '../plan/hash.js';
import type { PlanNode } from '../plan/plan.js';
import type { PhysicalPlan } from '../physical/physical.js';
import { planPhysical } from '../physical/planner.js';
import type { MergeInput } from '../runtime/inputMerge.js';
import { mergeInputs } from '../runtime/oneShot.js';
import { RunningQuery } from '../runtime/query.js';
import type { Runtime } from '../runtime/runtime.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { OpenSource } from '../sources/source.js';
import { pipelineStats, queryStats, unmeasured } from './hostStats.js';
import type { BoundPlan } from './protocol.js';
import type { QueryStats } from './stats.js';

/** A plan whose sources have been looked at: typed, and ready to run. */
export interface PreparedPlan {
  /** As it runs: histories go by the clock only where what follows them does. */
  readonly plan: PlanNode;
  readonly bound: BoundPlan;
  readonly physical: PhysicalPlan;
  /** What each node puts out. */
  readonly relations: ReadonlyMap<PlanNode, Relation>;
  /** How it runs where it is read once to the end of its finite input. */
  closing(): PhysicalPlan;
  /** The part of it that can run as a query of its own; null where there is none. */
  readonly part: PlanNode | null;
  /** How it runs where others may follow it, or where none does; on the table of its part, or from its sources. */
  running(how: { readonly followed: boolean; readonly part: PhysicalPlan | null }): PhysicalPlan;
  readonly sources: readonly OpenSource[];
  /** Whether any source is a live feed. */
  readonly live: boolean;
}

/** Looks at a plan's sources, types the plan and chooses how it runs. */
export async function preparePlan(written: PlanNode, runtime: Runtime): Promise<PreparedPlan> {
  const plan = withHistories(written);
  const nodes = planSources(plan);
  const sources = await Promise.all(nodes.map(node => runtime.open(node)));
  const relations = bindPlan(plan, node => {
    const { fields, time } = sources[nodes.indexOf(node)].summary;
    return sourceRelationOf(node, fields, time);
  });
  const { schema, time, mode, key } = relations.get(plan) as Relation;
  const physical = planPhysical(plan, relations);
  const part = partOf(plan, relations);
  // Equal sources are one in the physical plan.
  const running = await Promise.all(physical.sources.map(({ node }) => runtime.open(node)));
  return {
    plan,
    bound: { fields: schema.fields, time, mode, key, sources: sources.map(source => source.summary) },
    physical,
    relations,
    closing: () => planPhysical(plan, relations, { closing: true }),
    part,
    running: ({ followed, part: on }) => {
      if (part === null || on === null) return planPhysical(plan, relations, { followed });
      return planPhysical(plan, relations, { followed, part: { node: part, window: on.table.window } });
    },
    sources: running,
    live: running.some(source => source.live),
  };
}

/** A running query and who holds it. */
export interface HeldQuery {
  /** Under which it is known: the plan's hash, and whether it was asked for to be followed. */
  readonly key: string;
  /** Whether others may follow it: it tells the values that it replaces. */
  readonly followed: boolean;
  readonly prepared: PreparedPlan;
  readonly query: RunningQuery;
  /** The query on whose table it runs; null: it reads its sources. */
  readonly part: HeldQuery | null;
  /** When the oldest row of a live feed came that was still kept when it began, in microseconds of wall time; null: it has had all rows. */
  readonly sinceUs: number | null;
  holders: number;
  /** Whether it has been ended, by its last holder or since it failed. */
  stopped: boolean;
}

/** The table of a part, as the merge of inputs sees it. */
const OF_A_TABLE: MergeInput = { boundUs: 0, idleTimeoutUs: null, live: false };

/** A query and those below it on whose tables it runs, the one that reads the sources first. */
export function partsOf(held: HeldQuery): readonly HeldQuery[] {
  return held.part === null ? [held] : [...partsOf(held.part), held];
}

/** What a query does and holds; operators of its parts come first, as they do where it runs as one. */
export function heldStats(held: HeldQuery): QueryStats {
  const [first, ...rest] = partsOf(held).map(({ query, prepared }) => queryStats(query, prepared.sources));
  return rest.reduce(
    (below, { operators, state, error, table, late }) => ({
      ...below,
      state,
      error,
      table,
      late: below.late + late,
      operators: [
        ...below.operators,
        ...operators.map(each => ({
          ...each,
          operator: each.operator + below.operators.length,
          heldBy: below.operators.at(-1)?.heldBy ?? null,
        })),
      ],
    }),
    first,
  );
}

/** The statistics of so many reads are kept. */
const READS_KEPT = 64;

/** Running queries by plan: equal plans share one, and the last holder's release ends it. */
export class QueryRegistry {
  readonly #held = new Map<string, Promise<HeldQuery>>();
  readonly #reads = new Map<string, QueryStats>();
  /** Those that have been started, until they are ended and nobody holds them. */
  readonly #all = new Set<HeldQuery>();

  constructor(
    readonly runtime: Runtime,
    /** Told when a query fails. */
    readonly failed: (held: HeldQuery) => void,
  ) {}

  /**
   * Holds the query of a plan, which is started if it does not run. A query that failed is started anew.
   *
   * @param followed whether others are going to follow it, as what is made of a table that is shown does
   */
  async hold(plan: PlanNode, followed = false): Promise<HeldQuery> {
    for (;;) {
      const key = await this.#keyOf(plan, followed);
      const running = this.#held.get(key);
      const starting = running ?? this.#start(plan, key, followed);
      const held = await starting;
      if (held.query.error !== null && running !== undefined) {
        if (this.#held.get(key) === running) this.#held.delete(key);
        await this.#stop(held);
        continue;
      }
      if (this.#held.get(key) !== starting) continue;
      held.holders++;
      return held;
    }
  }

  /** Under which key a plan's query runs, or is going to: there may be one that others follow beside one that none can. */
  async #keyOf(plan: PlanNode, followed: boolean): Promise<string> {
    const hash = planHash(plan);
    const other = `${hash} followed`;
    if (this.#held.has(other)) return other;
    if (!followed) return hash;
    const running = await this.#held.get(hash)?.catch(() => null);
    return running?.followed === true ? hash : other;
  }

  #start(plan: PlanNode, key: string, followed: boolean): Promise<HeldQuery> {
    const starting = this.#run(plan, key, followed);
    this.#held.set(key, starting);
    starting.catch(() => {
      if (this.#held.get(key) === starting) this.#held.delete(key);
    });
    return starting;
  }

  async #run(plan: PlanNode, key: string, followed: boolean): Promise<HeldQuery> {
    const prepared = await preparePlan(plan, this.runtime);
    const part = await this.#holdPart(prepared);
    try {
      // Who follows a replay later can read it again; a live feed's beginning is gone then.
      return await this.#startOn(part, prepared, key, followed || prepared.live);
    } catch (error) {
      if (part !== null) await this.release(part);
      throw error;
    }
  }

  async #startOn(
    part: HeldQuery | null,
    prepared: PreparedPlan,
    key: string,
    followed: boolean,
  ): Promise<HeldQuery> {
    const physical = prepared.running({ followed, part: part?.query.plan ?? null });
    const query = new RunningQuery(physical, {
      world: this.runtime.options.world,
      clock: this.runtime.clock,
      inputs: part === null ? mergeInputs(physical, prepared.sources) : [OF_A_TABLE],
      exchange: this.runtime.exchange,
    });
    const sinceUs = part === null ? this.#keptSince(physical) : part.sinceUs;
    const held = { key, followed, prepared, query, part, sinceUs, holders: 0, stopped: false };
    let told = false;
    query.onChange(() => {
      const failed = query.error !== null;
      if (failed && !told) this.failed(held);
      told = failed;
    });
    if (part === null) await this.runtime.start(query);
    else this.runtime.startOn(query, part.query);
    this.#all.add(held);
    return held;
  }

  /** Since when the live feeds of a plan that are read already have all rows still. */
  #keptSince(physical: PhysicalPlan): number | null {
    const { world } = this.runtime.options;
    const since = this.runtime.feedsOf(physical).flatMap(feed => feed?.history.keptSinceMs ?? []);
    return since.length === 0
      ? null
      : Math.round((world.now() - monotonicMs(world) + Math.max(...since)) * 1000);
  }

  /** Holds the query of a plan's part. One that has dropped rows is no ground to start from. */
  async #holdPart({ part }: PreparedPlan): Promise<HeldQuery | null> {
    if (part === null) return null;
    const held = await this.hold(part, true);
    if (held.query.table.evicted === 0) return held;
    await this.release(held);
    return null;
  }

  /** Queries that run, or whose holders still show what they gave, in the order in which they began. */
  get all(): readonly HeldQuery[] {
    return [...this.#all];
  }

  /** Ends a query for a reason, whoever holds it: what it has given stays for them, and whoever holds it anew starts it anew. */
  async end(held: HeldQuery, reason: Error): Promise<void> {
    held.query.fail(reason);
    await this.#stop(held);
  }

  /** Ends a query, and its hold on its part. */
  async #stop(held: HeldQuery): Promise<void> {
    const { query, part } = held;
    if (held.stopped) return;
    held.stopped = true;
    if (part === null) {
      await this.runtime.stop(query);
      return;
    }
    part.query.unfollow(query.ports[0]);
    await this.runtime.stop(query);
    await this.release(part);
  }

  /** The query of a plan, if it runs. */
  async running(plan: PlanNode): Promise<HeldQuery | null> {
    const key = await this.#keyOf(plan, false);
    return (await this.#held.get(key)?.catch(() => null)) ?? null;
  }

  /** What a plan's query does and holds; where it does not run, what its last read did. */
  async stats(plan: PlanNode): Promise<QueryStats> {
    const held = await this.running(plan);
    if (held !== null) return heldStats(held);
    const read = this.#reads.get(planHash(plan));
    if (read !== undefined) return read;
    const { physical, sources } = await preparePlan(plan, this.runtime);
    return pipelineStats(unmeasured(physical, sources), 'not running');
  }

  /** Resolves when every query has what the feeds have given, and none waits for functions of the users' any more. */
  async settled(): Promise<void> {
    for (const starting of [...this.#held.values()]) {
      const held = await starting.catch(() => null);
      await held?.query
        .until(() => held.stopped || (held.query.isCaughtUp && held.query.pendingRows === 0))
        .catch(() => undefined);
    }
  }

  /** Notes what a read did. */
  noteRead(plan: PlanNode, stats: QueryStats): void {
    const hash = planHash(plan);
    this.#reads.delete(hash);
    this.#reads.set(hash, stats);
    if (this.#reads.size > READS_KEPT) this.#reads.delete(this.#reads.keys().next().value as string);
  }

  /** Gives a hold back. The last one ends the query and, with it, its reading. */
  async release(held: HeldQuery): Promise<void> {
    held.holders--;
    if (held.holders > 0) return;
    this.#all.delete(held);
    const running = this.#held.get(held.key);
    if (running !== undefined && (await running) === held) {
      if (held.holders > 0) return;
      this.#held.delete(held.key);
    }
    await this.#stop(held);
  }
}
