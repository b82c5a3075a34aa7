import { MillraceError } from '../../../engine/src/columns/error.js';
import type { Schema } from '../../../engine/src/columns/schema.js';
import { encodeArrow } from '../../../engine/src/codecs/arrow.js';
import { isNumeric, sameType, STRING } from '../../../engine/src/columns/types.js';
import type { DataType, Field } from '../../../engine/src/columns/types.js';
import { columnOf } from '../../../engine/src/columns/values.js';
import type { AggregateCall, Expr } from '../../../engine/src/expr/ast.js';
import { valueToLiteral } from '../../../engine/src/expr/literal.js';
import { AGGREGATES } from '../../../engine/src/functions/aggregate/registry.js';
import { bind } from '../../../engine/src/functions/bind.js';
import { SCALAR_FUNCTIONS } from '../../../engine/src/functions/scalar/registry.js';
import { bindRoot, sourceRelationOf } from '../../../engine/src/plan/bind.js';
import { planNodes } from '../../../engine/src/plan/children.js';
import {
  aggregateNode,
  filterNode,
  finalNode,
  projectNode,
  sourceNode,
} from '../../../engine/src/plan/build.js';
import type { WindowSpec } from '../../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import type { Relation } from '../../../engine/src/plan/relation.js';
import { DUCKDB } from '../../../engine/src/sql/duckdbText.js';
import { scalarText } from '../../../engine/src/sql/scalar.js';
import type { Random } from '../random.js';
import type { RandomTable } from './tables.js';

const FUNCTIONS = [...SCALAR_FUNCTIONS.values()].filter(fn => fn.sql.duckdb !== null);
const AGGREGATE_NAMES = [...AGGREGATES.values()]
  .filter(definition => definition.duckdb !== undefined)
  .map(definition => definition.name);
/** Results that differ in the last digit may decide a comparison or name a group: these are made last. */
const INEXACT = new Set(['div', 'exp', 'ln', 'pow', 'sqrt']);

/**
 * Arguments that stay as in the examples: counts that would make texts of gigabytes or days of no calendar, exponents that would blow up a
 * last digit, and characters that have to be one.
 */
const KEPT: Readonly<Record<string, readonly number[]>> = {
  repeat: [1],
  padStart: [1],
  padEnd: [1],
  like: [2],
  addMonths: [1],
  pow: [1],
};
/** Means of powers: DuckDB has others of NaN and infinities, and of large numbers with small differences. */
const MOMENTS = /^(stddev|var|covar|corr)/;
/** Functions whose text cannot be compared: a zone's times come in another unit; a strict cast stops at the first value. */
const UNSAID = new Set(['toLocal', 'fromLocal', 'cast', 'timeOfDay']);
const TYPE_NAMES = [
  'boolean',
  'int32',
  'int64',
  'float64',
  'string',
  'date',
  "timestamp('s')",
  "timestamp('us')",
  "timestamp('ns')",
];

const column = (name: string): Expr => ({ kind: 'column', name });

/** A table as a source of a plan: in batch, or as a stream. */
export function sourceOf(table: RandomTable, connector: string, clocked: boolean): PlanNode {
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
    time: { column: table.time, boundUs: null, idleTimeoutUs: null, sequence: table.sequence },
    clocked,
  });
}

/** What a plan over one of the tables puts out. */
export function relationOf(plan: PlanNode): Relation {
  return bindRoot(plan, source => sourceRelationOf(source, source.fields!));
}

/** Makes random plans over one source. */
export class PlanMaker {
  constructor(
    private readonly random: Random,
    private readonly source: PlanNode,
  ) {}

  plan(): PlanNode {
    let plan = this.source;
    for (let steps = this.random.below(5); steps > 0; steps--) plan = this.#step(plan);
    return plan;
  }

  /** The plan with one node more; the same where the node cannot be there. */
  #step(input: PlanNode): PlanNode {
    const relation = relationOf(input);
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        const next = this.#node(input, relation);
        relationOf(next);
        return next;
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
      }
    }
    return input;
  }

  #node(input: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    const choice = random.next();
    if (choice < 0.25) return filterNode({ input, predicate: this.#predicate(relation.schema) });
    if (choice < 0.55) return this.#project(input, relation.schema);
    if (choice < 0.65) return finalNode({ input });
    return this.#aggregate(input, relation);
  }

  #project(input: PlanNode, schema: Schema): PlanNode {
    const { random } = this;
    const made = Array.from({ length: 1 + random.below(3) }, (_, at) => ({
      name: random.chance(0.2) ? random.pick(schema.fields).name : `made${at}${random.below(1000)}`,
      expr: this.expression(schema, null, 2),
    }));
    const unique = made.filter((item, at) => made.findIndex(other => other.name === item.name) === at);
    if (random.chance(0.6)) return projectNode({ input, keep: 'all', columns: unique });
    const kept = schema.fields.filter(() => random.chance(0.7)).map(field => field.name);
    const chosen = kept.map(name => ({ name: random.chance(0.1) ? `${name}_` : name, expr: column(name) }));
    const fresh = unique.filter(item => chosen.every(other => other.name !== item.name));
    return projectNode({ input, keep: 'none', columns: [...chosen, ...fresh] });
  }

  #aggregate(input: PlanNode, relation: Relation): PlanNode {
    const { random } = this;
    const names = relation.schema.fields.filter(isKey).map(field => field.name);
    const keys = [...new Set(Array.from({ length: random.below(3) }, () => random.pick(names)))];
    // Windows of a table that still changes are for the final one: its rows move while the watermark passes them.
    const settled = relation.time !== null;
    const window = settled && random.chance(0.75) ? this.#window() : null;
    const columns = Array.from({ length: 1 + random.below(4) }, (_, at) => ({
      name: `agg${at}`,
      call: this.#call(
        relation.schema,
        planNodes(input).every(node => node.kind !== 'aggregate'),
      ),
    }));
    return aggregateNode({
      input,
      keys: names.length === 0 ? [] : keys,
      window,
      allowedLatenessUs: 0,
      columns,
    });
  }

  #window(): WindowSpec {
    const { random } = this;
    const sizeUs = (1 + random.below(60)) * 1e6;
    const offsetUs = random.chance(0.3) ? (random.below(200) - 100) * 1e6 : 0;
    if (random.chance(0.15)) return { type: 'session', parameters: { gapUs: (1 + random.below(12)) * 1e6 } };
    if (random.chance(0.2)) {
      const stepUs = (1 + random.below(20)) * 1e6;
      return { type: 'cumulate', parameters: { stepUs, sizeUs: stepUs * (1 + random.below(5)), offsetUs } };
    }
    if (random.chance(0.5)) return { type: 'tumble', parameters: { sizeUs, offsetUs } };
    const slideUs = (1 + random.below(sizeUs / 1e6)) * 1e6;
    return { type: 'hop', parameters: { sizeUs, slideUs, offsetUs } };
  }

  /** A random call. Rows of windows that end together have no order but that of their keys, so `ordered` ones are not for them. */
  #call(schema: Schema, ordered: boolean): AggregateCall {
    const { random } = this;
    for (;;) {
      const fn = random.pick(AGGREGATE_NAMES);
      if (AGGREGATES.get(fn)!.ordered && !ordered) continue;
      const args = Array.from({ length: random.pick([0, 1, 1, 1, 2]) }, (): Expr =>
        random.chance(0.8) ? column(random.pick(schema.fields).name) : this.expression(schema, null, 1),
      );
      const where = random.chance(0.2) ? this.#predicate(schema) : null;
      try {
        if (MOMENTS.test(fn) && args.some(arg => bind(arg, schema).type.kind === 'float64')) continue;
        AGGREGATES.get(fn)!.resolve(
          args.map(arg => bind(arg, schema)),
          {},
        );
        return { fn, args, where, distinct: false, options: {} };
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
      }
    }
  }

  #predicate(schema: Schema): Expr {
    for (;;) {
      const expr = this.expression(schema, 'boolean', 2);
      if (bind(expr, schema).type.kind === 'boolean') return expr;
    }
  }

  /** A random expression; of the wanted kind where one is found. */
  expression(schema: Schema, wanted: string | null, depth: number): Expr {
    const { random } = this;
    for (let attempt = 0; attempt < 60; attempt++) {
      const expr =
        depth === 0 || random.chance(0.15) ? this.#leaf(schema, wanted) : this.#call1(schema, depth);
      if (expr === null || !this.#canBeSaid(expr, schema) || differs(expr)) continue;
      if (wanted === null || bind(expr, schema).type.kind === wanted) return expr;
    }
    return wanted === 'boolean'
      ? { kind: 'call', fn: 'isNotNull', args: [column(random.pick(schema.fields).name)] }
      : column(random.pick(schema.fields).name);
  }

  #leaf(schema: Schema, wanted: string | null): Expr | null {
    const fields = schema.fields.filter(field => wanted === null || field.type.kind === wanted);
    return fields.length === 0 ? null : column(this.random.pick(fields).name);
  }

  /** A call after the pattern of one of the function's examples, with columns and other calls as arguments. */
  #call1(schema: Schema, depth: number): Expr {
    const { random } = this;
    const fn = random.pick(FUNCTIONS);
    const example = random.pick(fn.examples);
    const args = example.args.map(({ type, value }, at): Expr => {
      if (fn.name === 'cast' && at === 1)
        return { kind: 'literal', type: STRING, value: random.pick(TYPE_NAMES) };
      const literal: Expr = { kind: 'literal', type, value: valueToLiteral(value, type) };
      if (fn.literals?.includes(at) === true || KEPT[fn.name]?.includes(at) === true || random.chance(0.25))
        return literal;
      const fields = schema.fields.filter(field => fn.name === 'cast' || fitting(field.type, type));
      if (depth > 1 && random.chance(0.4)) {
        const nested = this.expression(schema, type.kind, depth - 1);
        if (bind(nested, schema).type.kind === type.kind && !isInexact(nested)) return nested;
      }
      return fields.length === 0 ? literal : column(random.pick(fields).name);
    });
    return { kind: 'call', fn: fn.name, args };
  }

  #canBeSaid(expr: Expr, schema: Schema): boolean {
    try {
      let said = true;
      scalarText(bind(expr, schema), DUCKDB, () => (said = false));
      return said;
    } catch (error) {
      if (error instanceof MillraceError) return false;
      throw error;
    }
  }
}

function fitting(a: DataType, b: DataType): boolean {
  return (
    sameType(a, b) || (isNumeric(a) && isNumeric(b)) || (a.kind === 'timestamp' && b.kind === 'timestamp')
  );
}

/** Computed floats may differ in their last digits, so that they are no keys. */
function isKey(field: Field): boolean {
  return field.type.kind !== 'float64' || field.name === 'price' || field.name === 'ratio';
}

/** What is known to differ, with the reasons in `docs/differences.md`. */
function differs(expr: Expr): boolean {
  if (expr.kind !== 'call') return false;
  if (expr.fn === 'upper' && expr.args.some(arg => arg.kind === 'literal' && String(arg.value).includes('ß')))
    return true;
  return UNSAID.has(expr.fn) || expr.args.some(differs);
}

function isInexact(expr: Expr): boolean {
  return expr.kind === 'call' && (INEXACT.has(expr.fn) || expr.args.some(isInexact));
}
