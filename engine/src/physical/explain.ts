import { formatDuration } from '../columns/duration.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateText } from '../expr/text.js';
import { frameText } from '../plan/rolling.js';
import type { PhysicalGrouping, PhysicalInput, PhysicalOperator, PhysicalPlan } from './physical.js';

/** A physical plan as text: the table first, then what feeds it, the source last. */
export function explainPhysical(plan: PhysicalPlan): string {
  const { key, retention, retracting, window } = plan.table;
  const keyed =
    key === null
      ? retracting
        ? 'rows by value'
        : 'rows in order of arrival'
      : `key ${key.join(', ') || '(one row)'}`;
  const kept = [
    ...(retention.lastUs === null ? [] : [`last ${formatDuration(retention.lastUs)}`]),
    ...(retention.rows === null ? [] : [`${retention.rows} rows`]),
  ];
  const lines = [
    `table (${keyed}${window === null ? '' : ', window states'}${kept.length === 0 ? '' : `, keeps ${kept.join(', ')}`})`,
    ...inputLines(plan, plan.output, 1),
  ];
  return lines.join('\n');
}

function inputLines(plan: PhysicalPlan, input: PhysicalInput, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if ('source' in input) return [`${indent}source ${plan.sources[input.source].node.name}`];
  const operator = plan.operators[input.operator];
  return [
    `${indent}${operatorText(operator)}`,
    ...operator.inputs.flatMap(each => inputLines(plan, each, depth + 1)),
  ];
}

function operatorText(operator: PhysicalOperator): string {
  switch (operator.op) {
    case 'filter':
      return `filter ${boundText(operator.predicate)}`;
    case 'project':
      return `project ${operator.columns.map(({ name, expr }) => (boundText(expr) === name ? name : `${name} = ${boundText(expr)}`)).join(', ')}`;
    case 'reorder': {
      const then = operator.sequence === null ? '' : `, ${operator.sequence}`;
      return `reorder by ${operator.time.column}${then} (rows wait for the watermark)`;
    }
    case 'unionAll':
      return `union all of ${operator.ports}`;
    case 'rolling': {
      const { frame, columns, args } = operator;
      const texts = columns.map(({ name, fn, args: positions, where }) => {
        const condition = where === null ? '' : ` where ${boundText(args[where])}`;
        return `${name} = ${fn}(${positions.map(at => boundText(args[at])).join(', ')})${condition}`;
      });
      return `rolling by ${operator.keys.join(', ') || '()'}${frameText(frame)}: ${texts.join(', ')}`;
    }
    case 'lead': {
      const texts = operator.columns.map(({ name, value, rows }) => `${name} = ${boundText(value)} ${rows} ahead`);
      return `lead by ${operator.keys.join(', ') || '()'} (rows wait): ${texts.join(', ')}`;
    }
    case 'groupBy':
      return `group by ${operator.keys.join(', ') || '()'} (${operator.form}): ${aggregatesText(operator)}`;
    case 'windowedAggregate': {
      const { sizeUs, slideUs, sliceUs } = operator.window;
      const slices =
        sizeUs === slideUs ? '' : `, slide ${formatDuration(slideUs)}, slices of ${formatDuration(sliceUs)}`;
      const late =
        operator.allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(operator.allowedLatenessUs)}`;
      return (
        `windowed aggregate by ${operator.keys.join(', ') || '()'} in windows of ${formatDuration(sizeUs)}${slices}${late} ` +
        `(${operator.form}): ${aggregatesText(operator)}`
      );
    }
    case 'sessionAggregate': {
      const { window, allowedLatenessUs, keys, form } = operator;
      const by = keys.join(', ') || '()';
      const late = allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(allowedLatenessUs)}`;
      return form === 'late'
        ? `late rows of sessions by ${by}`
        : `sessions by ${by}, gap ${formatDuration(window.gapUs)}${late} (${form}): ${aggregatesText(operator)}`;
    }
    case 'lateRows':
      return 'late rows';
  }
}

function aggregatesText(grouping: PhysicalGrouping): string {
  return grouping.aggregates
    .map(({ name, fn, args, where, distinct, options }) => {
      const condition = where === null ? '' : ` where ${boundText(grouping.args[where])}`;
      const texts = args.map(arg => boundText(grouping.args[arg]));
      return `${name} = ${aggregateText(fn, texts, distinct, options)}${condition}`;
    })
    .join(', ');
}

function boundText(expr: BoundExpr): string {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'literal':
      return JSON.stringify(expr.value);
    case 'call':
      return `${expr.fn}(${expr.args.map(boundText).join(', ')})`;
  }
}
