import { fieldIndex } from '../../../engine/src/columns/schema.js';
import type { Schema } from '../../../engine/src/columns/schema.js';
import { sameType } from '../../../engine/src/columns/types.js';
import {
  filterNode,
  joinNode,
  lookupJoinNode,
  projectNode,
  setOperationNode,
} from '../../../engine/src/plan/build.js';
import { planNodes } from '../../../engine/src/plan/children.js';
import { conditionSchema, isOfLeft } from '../../../engine/src/plan/join.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import type { Relation } from '../../../engine/src/plan/relation.js';
import type { Random } from '../random.js';
import { column, isKey, type ExpressionMaker } from './expressions.js';

/** A node that is not made, since its results would hang on what cannot be compared. */
export class Skip extends Error {}

/** Columns whose values are the same to the last digit however they are computed. */
export function keysOf(schema: Schema): string[] {
  return schema.fields.filter(isKey).map(field => field.name);
}

/** Makes random joins and set operations. */
export class Combiner {
  constructor(
    private readonly random: Random,
    private readonly expressions: ExpressionMaker,
    private readonly relationOf: (plan: PlanNode) => Relation,
  ) {}

  /** Rows that are joined, with others of the same source, by columns of one type. Pairs are made once in a plan, since they are many. */
  join(input: PlanNode, schema: Schema, right: PlanNode): PlanNode {
    const { random } = this;
    const others = this.relationOf(right).schema;
    const how = random.pick(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const);
    const pairs = planNodes(input).some(node => node.kind === 'join' && !isOfLeft(node.how));
    if (pairs && !isOfLeft(how)) throw new Skip();
    const keys = schema.fields.filter(isKey).flatMap(left => {
      const fitting = others.fields.filter(field => isKey(field) && sameType(field.type, left.type));
      return fitting.length === 0 ? [] : [{ left: left.name, right: random.pick(fitting).name }];
    });
    const chosen = keys.filter(() => random.chance(2 / keys.length));
    const by = chosen.filter((key, at) => chosen.findIndex(other => other.right === key.right) === at);
    const where = random.chance(0.4) ? this.expressions.predicate(conditionSchema(schema, others)) : null;
    const suffix = `_${random.below(1000)}`;
    return joinNode({ inputs: [input, right], how, keys: by, where, suffix, bounded: random.chance(0.3) });
  }

  /** Rows with what others of the same source have of their keys by then. */
  lookup(input: PlanNode, schema: Schema, right: PlanNode): PlanNode {
    const { random } = this;
    const { fields } = this.relationOf(right).schema;
    const keys = schema.fields.filter(isKey);
    if (keys.length === 0) throw new Skip();
    const left = random.pick(keys);
    const fitting = fields.filter(field => isKey(field) && sameType(field.type, left.type));
    if (fitting.length === 0) throw new Skip();
    return lookupJoinNode({
      inputs: [input, right],
      keys: [{ left: left.name, right: random.pick(fitting).name }],
      how: random.pick(['left', 'inner'] as const),
      suffix: `_${random.below(1000)}`,
      waits: random.chance(0.3),
    });
  }

  setOperation(input: PlanNode, schema: Schema, others: PlanNode): PlanNode {
    const { random } = this;
    const fields = this.relationOf(others).schema.fields;
    const shared = schema.fields.filter(field =>
      fields.some(({ name, type }) => name === field.name && sameType(type, field.type)),
    );
    // Rows are the same where all their values are, to the last digit.
    const names = keysOf({ fields: shared }).filter(() => random.chance(0.4));
    if (names.length === 0) throw new Skip();
    const of = (node: PlanNode): PlanNode =>
      projectNode({ input: node, keep: 'none', columns: names.map(name => ({ name, expr: column(name) })) });
    const inputs = random.chance(0.5) ? ([input, others] as const) : ([others, input] as const);
    const keeps = random.pick(['intersect', 'except'] as const);
    const all = random.chance(0.5);
    return setOperationNode({
      inputs: [of(inputs[0]), of(inputs[1])],
      keeps,
      all,
      bounded: random.chance(0.3),
    });
  }

  /** Other rows of the same columns. */
  other(input: PlanNode, schema: Schema): PlanNode {
    const { random } = this;
    if (random.chance(0.5)) return filterNode({ input, predicate: this.expressions.predicate(schema) });
    const name = random.pick(schema.fields).name;
    const expr = this.expressions.expression(schema, schema.fields[fieldIndex(schema, name)].type.kind, 1);
    return projectNode({ input, keep: 'all', columns: [{ name, expr }] });
  }
}
