import { encodeArrow } from '../../../engine/src/codecs/arrow.js';
import { MillraceError } from '../../../engine/src/columns/error.js';
import { fieldIndex } from '../../../engine/src/columns/schema.js';
import type { Schema } from '../../../engine/src/columns/schema.js';
import { columnOf } from '../../../engine/src/columns/values.js';
import { bindPlan, bindRoot, sourceRelationOf } from '../../../engine/src/plan/bind.js';
import {
  aggregateNode,
  distinctNode,
  filterNode,
  finalNode,
  lateNode,
  projectNode,
  rollingNode,
  rankNode,
  sortNode,
  sourceNode,
  topNNode,
  unionAllNode,
  unpivotNode,
} from '../../../engine/src/plan/build.js';
import { planNodes } from '../../../engine/src/plan/children.js';
import type { WindowSpec } from '../../../engine/src/plan/nodes/aggregate.js';
import type { FrameSpec, RollingColumn } from '../../../engine/src/plan/nodes/rolling.js';
import type { RankKind } from '../../../engine/src/plan/nodes/rank.js';
import type { SortKey } from '../../../engine/src/plan/nodes/topN.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import type { Relation } from '../../../engine/src/plan/relation.js';
import { duckdbSql } from '../../../engine/src/sql/duckdb.js';
import { bindWindow } from '../../../engine/src/windows/registry.js';
import type { Random } from '../random.js';
import { CallMaker } from './calls.js';
import { keyedNode } from './changelogNodes.js';
import { Combiner, keysOf, Skip } from './combining.js';
import { column, ExpressionMaker, isExact, isKey } from './expressions.js';
import type { RandomTable } from './tables.js';
import { barWindow, civilWindow, plainWindow, sessionWindow, someEmit, someFill } from './windows.js';

/** A table as a source of a plan: in batch, or as a stream. No bound: the table's own disorder. */
export function sourceOf(
  table: RandomTable,
  connector: string,
  clocked: boolean,
  boundUs: number | null = null,
): PlanNode {
  const columns = table.fields.map((field, k) =>
    columnOf(
      field.type,
      table.rows.map(row => row[k]),
    ),
  );
  return sourceNode({
    name: table.name,
    connector,
    options: { arrow: encodeArrow(table.fields, columns, table.rows.length) },
    fields: table.fields,
    time: { column: table.time, boundUs, idleTimeoutUs: null, sequence: table.sequence },
    clocked,
  });
}

/** What a plan over one of the tables puts out. */
export function relationOf(plan: PlanNode): Relation {
  return bindRoot(plan, source => sourceRelationOf(source, source.fields!));
}

/** Which plans are wanted. */
export interface PlansWanted {
  /** Whether DuckDB has to be able to say them. */
  readonly said: boolean;
  /** Whether rows come late: which of a source's that reaches a union by two ways are hangs on the cutting (docs/decisions/0026). */
  readonly late: boolean;
  /** Whether sketches may be in them. */
  readonly sketches?: boolean;
}

const SAID: PlansWanted = { said: true, late: false };

/** Makes random plans over one source. */
export class PlanMaker {
  readonly #expressions: ExpressionMaker;
  readonly #calls: CallMaker;
  readonly #combiner: Combiner;

  constructor(
    private readonly random: Random,
    private readonly source: PlanNode,
    private readonly wanted: PlansWanted = SAID,
  ) {
    this.#expressions = new ExpressionMaker(random);
    this.#combiner = new Combiner(random, this.#expressions, relationOf);
    this.#calls = new CallMaker(random, this.#expressions, wanted.said, wanted.sketches);
  }

  plan(most = 5): PlanNode {
    return this.#steps(this.source, most);
  }

  /** A plan whose rows are brought together with those of another one, by a join or a set operation. */
  combined(other: PlanNode): PlanNode {
    const input = this.plan(2);
    const { schema } = relationOf(input);
    for (;;) {
      try {
        const next = this.random.chance(0.75)
          ? this.#combiner.join(input, schema, other)
          : this.#combiner.setOperation(input, schema, other);
        relationOf(next);
        if (canBeSaid(next)) return this.#steps(next, 2);
      } catch (error) {
        if (!(error instanceof MillraceError || error instanceof Skip)) throw error;
        if (error instanceof Skip && this.random.chance(0.1)) return input;
      }
    }
  }

  #steps(input: PlanNode, most: number): PlanNode {
    let plan = input;
    for (let steps = this.random.below(most + 1); steps > 0; steps--) plan = this.#step(plan);
    return plan;
  }

  /** The plan with one node more; the same where the node cannot be there. */
  #step(input: PlanNode): PlanNode {
    const relation = relationOf(input);
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        const next = this.#node(input, relation);
        relationOf(next);
        if (!this.wanted.said || canBeSaid(next)) return next;
      } catch (error) {
        if (!(error instanceof MillraceError || error instanceof Skip)) throw error;
      }
    }
    return input;
  }

  #node(input: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    const { schema } = relation;
    if (random.chance(0.15)) return this.#keyed(this.#onTime(input, relation), relation);
    const choice = random.next();
    if (choice < 0.15) return filterNode({ input, predicate: this.#expressions.predicate(schema) });
    if (choice < 0.33) return this.#project(input, schema);
    if (choice < 0.4) return finalNode({ input });
    if (choice < 0.52) return this.#rolling(this.#onTime(input, relation), relation);
    if (choice < 0.59)
      return this.#topN(relation.mode === 'append' ? this.#onTime(input, relation) : input, relation);
    if (choice < 0.64) return this.#distinct(input, schema);
    if (choice < 0.68) return this.#unpivot(input, schema);
    if (choice < 0.74 && !this.wanted.late) return this.#union(input, schema);
    if (choice < 0.77) return this.#sort(input, relation);
    if (choice < 0.8 && !this.wanted.late)
      return this.#combiner.setOperation(input, schema, this.#combiner.other(input, schema));
    if (choice < 0.86 && !this.wanted.late) {
      const right = random.chance(0.4) ? this.source : this.#combiner.other(input, schema);
      if (!this.wanted.said && random.chance(0.4)) return this.#combiner.lookup(input, schema, right);
      return this.#combiner.join(input, schema, right);
    }
    if (choice < 0.89) return this.#rank(settled(input, relation), schema);
    return this.#aggregate(input, relation);
  }

  #project(input: PlanNode, schema: Schema): PlanNode {
    const { random } = this;
    const made = Array.from({ length: 1 + random.below(3) }, (_, at) => ({
      name: random.chance(0.2) ? random.pick(schema.fields).name : `made${at}${random.below(1000)}`,
      expr: this.#expressions.expression(schema, null, 2),
    }));
    const unique = made.filter((item, at) => made.findIndex(other => other.name === item.name) === at);
    if (random.chance(0.6)) return projectNode({ input, keep: 'all', columns: unique });
    const kept = schema.fields.filter(() => random.chance(0.7)).map(field => field.name);
    const chosen = kept.map(name => ({ name: random.chance(0.1) ? `${name}_` : name, expr: column(name) }));
    const fresh = unique.filter(item => chosen.every(other => other.name !== item.name));
    return projectNode({ input, keep: 'none', columns: [...chosen, ...fresh] });
  }

  #aggregate(rows: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    const { schema } = relation;
    // A row that leaves the first ones, or a bar that gets another row, may leave a window that is closed.
    const moves =
      relation.mode === 'retract' &&
      planNodes(rows).some(node => node.kind === 'topN' || isBars(node) || isRanked(node, this.wanted.said));
    const timed = relation.time !== null && !moves;
    const window = timed && random.chance(0.75) ? this.#window(rows, schema) : null;
    const whole = window?.type === 'session' ? settled(rows, relation) : rows;
    const input = window === null ? whole : this.#onTime(whole, relation);
    const columns = Array.from({ length: 1 + random.below(4) }, (_, at) => ({
      name: `agg${at}`,
      call: this.#calls.aggregate(schema, hasArrival(input)),
    }));
    const node = aggregateNode({
      input,
      keys: this.#someKeys(schema, 2),
      window,
      allowedLatenessUs: window === null ? 0 : random.pick([0, 0, 5e6, 30e6]),
      ...(window === null || random.chance(0.7) ? {} : { emit: someEmit(random) }),
      ...(window === null || random.chance(0.75) ? {} : { fill: someFill(random) }),
      columns,
    });
    return !this.wanted.said && window !== null && random.chance(0.08) ? lateNode({ input: node }) : node;
  }

  #window(input: PlanNode, schema: Schema): WindowSpec {
    const { random } = this;
    if (random.chance(0.15)) return sessionWindow(random);
    if (hasArrival(input) && random.chance(0.2)) return barWindow(random, schema);
    return !this.wanted.said && random.chance(0.2) ? civilWindow(random) : plainWindow(random);
  }

  #rolling(input: PlanNode, { schema, time }: Relation): PlanNode {
    const { random } = this;
    const ordered = hasArrival(input);
    if (!ordered && time === null) throw new Skip();
    const byTime: FrameSpec = { kind: 'range', us: random.pick([0, 1, 3, 20]) * 1e6 + random.below(2) };
    const frame =
      time !== null && (!ordered || random.chance(0.4))
        ? byTime
        : random.pick<FrameSpec | null>([
            null,
            { kind: 'rows', rows: 1 + random.below(8), behind: random.pick([0, 0, 1, 3]) },
          ]);
    const columns = Array.from({ length: 1 + random.below(3) }, (_, at): RollingColumn => {
      const over = ordered
        ? random.pick(['frame', 'frame', 'start', 'row'] as const)
        : random.pick(['frame', 'row'] as const);
      const call =
        over === 'row'
          ? this.#calls.rowFunction(schema, ordered)
          : this.#calls.aggregate(schema, ordered && time !== null, over === 'frame');
      return { name: `rolled${at}${random.below(1000)}`, over, call };
    });
    // DuckDB forgets the sign of a zero that it partitions by.
    const keys = this.#someKeys({ fields: schema.fields.filter(({ type }) => type.kind !== 'float64') }, 2);
    return rollingNode({ input, keys, frame, columns });
  }

  #topN(input: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    return topNNode({
      input,
      rows: 1 + random.below(5),
      // The last digits of computed columns do not decide.
      order: [...this.#someOrder(relation.schema), ...allKeys(relation.schema)],
      within: this.#someKeys(relation.schema, 2),
      rowNumber: random.chance(0.5) ? `place${random.below(1000)}` : null,
    });
  }

  #keyed(input: PlanNode, relation: Relation): PlanNode {
    const keys = keysOf(relation.schema);
    if (keys.length === 0) throw new Skip();
    const some = this.#someKeys(relation.schema, 2);
    const order = [...this.#someOrder(relation.schema), ...allKeys(relation.schema)];
    const parts = { input, relation, keys: some.length === 0 ? [keys[0]] : some, order };
    const node = keyedNode(this.random, { ...parts, arrives: hasArrival(input) });
    if (node === null) throw new Skip();
    return node;
  }

  #sort(input: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    const by = this.#someOrder(relation.schema);
    const known = hasArrival(input) && relation.mode === 'append';
    const most = known ? { offset: random.pick([0, 0, 3]), limit: random.pick([null, 1, 4, 20]) } : null;
    return sortNode({ input, by: known && random.chance(0.2) ? [] : by, offset: 0, limit: null, ...most });
  }

  /** Ranks by what is the same to the last digit; row numbers look at every column. */
  #rank(input: PlanNode, schema: Schema): PlanNode {
    const { random } = this;
    const ranks: RankKind[] = ['rank', 'denseRank'];
    if (schema.fields.every(isKey)) ranks.push('rowNumber');
    const columns = ranks.map(rank => ({ name: `${rank}${random.below(1000)}`, rank }));
    const order = this.#someOrder(schema);
    if (order.length === 0) throw new Skip();
    return rankNode({ input, order, within: this.#someKeys(schema, 2), columns });
  }

  #distinct(input: PlanNode, schema: Schema): PlanNode {
    if (keysOf(schema).length === 0) throw new Skip();
    const whole = schema.fields.every(isKey) && this.random.chance(0.3);
    return distinctNode({ input, columns: whole ? null : [...this.#someKeys(schema, 3), keysOf(schema)[0]] });
  }

  #unpivot(input: PlanNode, schema: Schema): PlanNode {
    const { random } = this;
    const names = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(schema.fields).name));
    const at = random.below(1000);
    return unpivotNode({ input, columns: [...names], name: `name${at}`, value: `value${at}` });
  }

  #union(input: PlanNode, schema: Schema): PlanNode {
    return unionAllNode({
      inputs: this.random.chance(0.3) ? [input, input] : [input, this.#combiner.other(input, schema)],
    });
  }

  /** Where results are compared with those of a query, which knows no late rows, all are on time. */
  #onTime(input: PlanNode, relation: Relation): PlanNode {
    return this.wanted.said ? onTime(input, relation) : input;
  }

  #someKeys(schema: Schema, most: number): string[] {
    const { random } = this;
    const names = keysOf(schema);
    if (names.length === 0) return [];
    return [...new Set(Array.from({ length: random.below(most + 1) }, () => random.pick(names)))];
  }

  #someOrder(schema: Schema): SortKey[] {
    const { random } = this;
    return Array.from({ length: 1 + random.below(2) }, () => this.#expressions.expression(schema, null, 1))
      .filter(expr => isExact(expr, schema))
      .map(expr => ({ expr, descending: random.chance(0.5) }));
  }
}

function allKeys(schema: Schema): SortKey[] {
  return keysOf(schema).map(name => ({ expr: column(name), descending: false }));
}

/** The final rows of windows that still change; what else changes stays so. */
function settled(input: PlanNode, relation: Relation): PlanNode {
  return relation.mode === 'retract' ? finalNode({ input }) : input;
}

/**
 * Rows whose time the watermark has not passed yet. Bars that the end leaves incomplete come after it has: where a plan goes on by time it goes on
 * with those that are complete.
 */
function onTime(input: PlanNode, { schema, mode }: Relation): PlanNode {
  if (!planNodes(input).some(isBars)) return input;
  if (
    fieldIndex(schema, 'windowComplete') < 0 ||
    schema.fields[fieldIndex(schema, 'windowComplete')].type.kind !== 'boolean'
  )
    throw new Skip();
  const rows = mode === 'retract' ? finalNode({ input }) : input;
  return filterNode({ input: rows, predicate: column('windowComplete') });
}

/** Whether it keeps one row of each key of rows that may be taken back; `any`: or of others, and not the first in event order. */
function isRanked(node: PlanNode, any: boolean): boolean {
  if (node.kind === 'upsert') return any;
  return node.kind === 'deduplicate' && relationOf(any ? node : node.input).mode === 'retract';
}

function isBars(node: PlanNode): boolean {
  return node.kind === 'aggregate' && node.window !== null && bindWindow(node.window).kind === 'bars';
}

/** Whether rows have an order of arrival that is the same however they are computed: windows that end together have none. */
export function hasArrival(node: PlanNode): boolean {
  switch (node.kind) {
    case 'source':
      return true;
    case 'filter':
    case 'project':
    case 'rolling':
    case 'distinct':
    case 'unpivot':
    case 'sort':
    case 'keep':
    case 'late':
      return hasArrival(node.input);
    default:
      return false;
  }
}

function canBeSaid(plan: PlanNode): boolean {
  const relations = bindPlan(plan, source => sourceRelationOf(source, source.fields!));
  return duckdbSql(plan, relations, () => 'input').cannot.length === 0;
}
