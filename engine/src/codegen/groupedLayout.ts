import type { ObjectLane, StateLane, StatePart } from '../functions/aggregate/define.js';
import { DistinctRows } from '../functions/aggregate/state/distinctRows.js';
import type { GroupedAggregate, GroupedShape } from './groupedShape.js';

/** The rows of a group that some aggregates see: those of one condition. */
export interface RowSet {
  readonly key: string;
  /** The argument columns that must not be NULL. */
  readonly nullable: readonly number[];
  readonly where: number | null;
  /** Whether rows without an event time are left out. */
  readonly timed: boolean;
  /** The arguments whose values count once, and the lane that knows which have come; null where every row counts. */
  readonly distinct: { readonly args: readonly number[]; readonly lane: number } | null;
  /** The lane that counts the rows; null where nothing asks. */
  readonly seen: number | null;
  /** Whether a group may have none of them. */
  readonly partial: boolean;
  readonly phase: GroupedAggregate['phase'] | null;
  readonly parts: readonly PlacedPart[];
}

/** A part of the state: its arguments as columns, and where its lanes begin. */
export interface PlacedPart {
  readonly part: StatePart;
  readonly args: readonly number[];
  readonly offset: number;
  readonly set: RowSet;
}

/** The state of one group: its lanes, and what is kept in them. The first lane counts the group's rows where they may be taken back. */
export interface GroupedLayout {
  readonly lanes: readonly StateLane[];
  readonly sets: readonly RowSet[];
  /** Each aggregate's rows, and its parts by name. */
  readonly aggregates: readonly { readonly set: RowSet; readonly parts: ReadonlyMap<string, PlacedPart> }[];
}

const layouts = new WeakMap<GroupedShape, GroupedLayout>();

/** Lays out the state of a grouped query: parts that hold the same are kept once, and so are counts of the same rows. */
export function layoutOf(shape: GroupedShape): GroupedLayout {
  let layout = layouts.get(shape);
  if (layout === undefined) layouts.set(shape, (layout = new LayoutBuilder(shape).build()));
  return layout;
}

type Building<T> = { -readonly [K in keyof T]: T[K] };
type BuildingSet = Building<RowSet> & { parts: PlacedPart[] };

class LayoutBuilder {
  readonly #lanes: StateLane[] = [];
  readonly #sets = new Map<string, BuildingSet>();
  readonly #parts = new Map<string, PlacedPart>();

  constructor(readonly shape: GroupedShape) {}

  build(): GroupedLayout {
    const { aggregates, retracting } = this.shape;
    if (retracting) this.#count(this.#set([], null, false, null, null));
    const placed = aggregates.map((aggregate, at) => {
      const set = this.#setOf(at);
      if (set.partial || aggregate.bound.counts || this.#mayBePartial(aggregate)) this.#count(set);
      const parts = Object.entries(aggregate.bound.parts).map(
        ([name, part]) => [name, this.#place(part, aggregate.args, set)] as const,
      );
      return { set, parts: new Map(parts) };
    });
    return { lanes: this.#lanes, sets: [...this.#sets.values()], aggregates: placed };
  }

  /** Whether rows may be left out once a NULL has come: they are counted from the first on. */
  #mayBePartial({ args }: GroupedAggregate): boolean {
    return args.some(arg => this.shape.args[arg].mayBeNull === true);
  }

  #setOf(at: number): BuildingSet {
    const { shape } = this;
    const { args, where, ordered, distinct, phase } = shape.aggregates[at];
    const nullable = [...new Set(args)].filter(arg => shape.args[arg].nullable).sort((a, b) => a - b);
    return this.#set(nullable, where, ordered && !shape.windowed, distinct ? args : null, phase ?? null);
  }

  #set(
    nullable: readonly number[],
    where: number | null,
    timed: boolean,
    distinct: readonly number[] | null,
    phase: GroupedAggregate['phase'] | null,
  ): BuildingSet {
    const key = JSON.stringify([nullable, where, timed, distinct, phase]);
    let set = this.#sets.get(key);
    if (set === undefined) {
      const takesBack = this.shape.retracting || phase?.takesBack === true;
      const partial = nullable.length > 0 || where !== null || timed || takesBack;
      const lane = distinct === null ? null : this.#lanes.push(distinctLane(distinct.length)) - 1;
      set = {
        key,
        nullable,
        where,
        timed,
        distinct: distinct === null || lane === null ? null : { args: distinct, lane },
        seen: null,
        partial,
        phase,
        parts: [],
      };
      this.#sets.set(key, set);
    }
    return set;
  }

  #count(set: BuildingSet): void {
    set.seen ??= this.#lanes.push({ name: 'seen', lane: 'float64', init: 0 }) - 1;
  }

  #place(part: StatePart, columns: readonly number[], set: BuildingSet): PlacedPart {
    const args = part.args.map(arg => columns[arg]);
    const key = `${part.kind} ${args.join(' ')} ${set.key}`;
    let placed = this.#parts.get(key);
    if (placed === undefined) {
      placed = { part, args, offset: this.#lanes.length, set };
      this.#lanes.push(...part.lanes);
      this.#parts.set(key, placed);
      set.parts.push(placed);
    }
    return placed;
  }
}

function distinctLane(count: number): ObjectLane {
  return {
    name: 'distinct',
    lane: 'object',
    create: () => new DistinctRows(count),
    encode: value => (value as DistinctRows).encode(),
    decode: plain => DistinctRows.decode(count, plain),
  };
}

/**
 * Which lane of an earlier layout of the same query each lane goes on from. The later layout sets apart rows that were the same so far
 * (`nullness.ts`), so one lane may go on as several.
 */
export function laneSources(from: GroupedLayout, to: GroupedLayout): Int32Array {
  const sources = new Int32Array(to.lanes.length).fill(-1);
  const goOn = (lane: number | null, source: number | null): void => {
    if (lane !== null && source !== null) sources[lane] = source;
  };
  goOn(to.sets.at(0)?.seen ?? null, from.sets.at(0)?.seen ?? null);
  to.aggregates.forEach(({ set, parts }, j) => {
    const earlier = from.aggregates[j];
    goOn(set.seen, earlier.set.seen);
    goOn(set.distinct?.lane ?? null, earlier.set.distinct?.lane ?? null);
    for (const [name, { part, offset }] of parts) {
      const source = earlier.parts.get(name)!.offset;
      part.lanes.forEach((_, k) => goOn(offset + k, source + k));
    }
  });
  return sources;
}
