import type { BoundExpr } from '../expr/bound.js';
import type { PhysicalInput, PhysicalPlan, PhysicalStep } from './physical.js';

/** Columns by name; null: all there are. */
export type ColumnsRead = ReadonlySet<string> | null;

/** For each source of a plan, the columns that anything looks at, its event time and sequence included. */
export function columnsRead({ sources, operators, output }: PhysicalPlan): ColumnsRead[] {
  const ofSources: ColumnsRead[] = sources.map(({ node }) => {
    const { time } = node;
    return new Set([time?.column, time?.sequence].filter(name => typeof name === 'string'));
  });
  const ofOperators: ColumnsRead[] = operators.map(() => new Set<string>());
  const add = (input: PhysicalInput, columns: ColumnsRead): void => {
    const [list, at] = 'source' in input ? [ofSources, input.source] : [ofOperators, input.operator];
    const known = list[at];
    list[at] = known === null || columns === null ? null : new Set([...known, ...columns]);
  };
  add(output, null);
  // Each stands behind what it reads from, so what is looked at of its output is known.
  for (let i = operators.length - 1; i >= 0; i--) {
    operators[i].inputs.forEach((input, port) => add(input, readBy(operators[i], ofOperators[i], port)));
  }
  return ofSources;
}

/** The columns of an input, by its port, that an operator looks at, or hands on to those who look at them. */
function readBy(step: PhysicalStep, looked: ColumnsRead, port: number): ColumnsRead {
  switch (step.op) {
    case 'filter':
      return looked === null ? null : new Set([...looked, ...columnsOf(step.predicate)]);
    case 'project':
      return new Set(step.columns.flatMap(({ expr }) => columnsOf(expr)));
    case 'join': {
      const { schema, keys, stored, retracting, identity } = step.sides[port];
      const names = [...keys, ...stored, ...((retracting ? identity : null) ?? [])];
      return new Set(names.map(at => schema.fields[at].name));
    }
    case 'mapReduce':
      return step.retracting ? null : new Set(step.reads);
    case 'groupBy':
    case 'windowedAggregate':
    case 'sessionAggregate':
    case 'barAggregate': {
      // Late rows come out whole.
      if (step.form === 'late') return null;
      const time = step.time === null ? [] : [step.time.column];
      return new Set([...step.keys, ...time, ...step.args.flatMap(columnsOf)]);
    }
    default:
      return null;
  }
}

function columnsOf(expr: BoundExpr): string[] {
  if (expr.kind === 'column') return [expr.name];
  return expr.kind === 'call' ? expr.args.flatMap(columnsOf) : [];
}
