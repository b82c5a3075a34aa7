import { sameType } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { planChildren, planNodes } from './children.js';
import type { PlanNode } from './plan.js';
import { withInputs } from './replaceSources.js';

/** A literal that a plan parameter gives. */
export type ParameterLiteral = Extract<Expr, { kind: 'literal' }> & { readonly parameter: string };

/** The values of plan parameters, by their names. */
export type ParameterValues = ReadonlyMap<string, ParameterLiteral>;

const found = new WeakMap<PlanNode, ParameterValues>();

/** The parameters of a plan with the values that it holds. */
export function parametersOf(plan: PlanNode): ParameterValues {
  let known = found.get(plan);
  if (known === undefined) {
    const literals = new Map<string, ParameterLiteral>();
    for (const node of planNodes(plan)) {
      visitNode(node, literal => {
        literals.set(literal.parameter, literal);
        return literal;
      });
    }
    known = literals;
    found.set(plan, known);
  }
  return known;
}

/** A plan with other values of its parameters; itself where it holds these already. A value of another type than the plan's stays out. */
export function withParameters(plan: PlanNode, values: ParameterValues): PlanNode {
  const isStale = [...parametersOf(plan).values()].some(literal => valueFor(literal, values) !== literal);
  if (!isStale) return plan;
  const known = new Map<PlanNode, PlanNode>();
  for (const node of planNodes(plan)) {
    const over = withInputs(
      node,
      planChildren(node).map(child => known.get(child)!),
    );
    known.set(
      node,
      visitNode(over, literal => valueFor(literal, values)),
    );
  }
  return known.get(plan)!;
}

/** What stands for a literal: itself where nothing else does. */
function valueFor(literal: ParameterLiteral, values: ParameterValues): ParameterLiteral {
  const value = values.get(literal.parameter);
  if (value === undefined || !sameType(value.type, literal.type)) return literal;
  return value.value === literal.value ? literal : value;
}

/** Inputs are nodes of their own; options of sources and of sinks are data of the user's, where nothing is an expression. */
const NOT_WITHIN: ReadonlySet<string> = new Set(['input', 'inputs', 'options']);

/** A node with its parameters' literals replaced; itself where they stay. */
function visitNode(node: PlanNode, replace: (literal: ParameterLiteral) => ParameterLiteral): PlanNode {
  return node.kind === 'source' ? node : (visit(node, replace) as PlanNode);
}

function visit(data: unknown, replace: (literal: ParameterLiteral) => ParameterLiteral): unknown {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data;
  if (Array.isArray(data)) {
    const items = data.map(item => visit(item, replace));
    return items.some((item, at) => item !== data[at]) ? Object.freeze(items) : data;
  }
  if (isParameter(data)) return replace(data);
  let changed: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries(data)) {
    if (NOT_WITHIN.has(name)) continue;
    const visited = visit(value, replace);
    if (visited !== value) changed = { ...(changed ?? data), [name]: visited };
  }
  return changed === null ? data : Object.freeze(changed);
}

function isParameter(data: object): data is ParameterLiteral {
  return (
    'parameter' in data && typeof data.parameter === 'string' && 'kind' in data && data.kind === 'literal'
  );
}
