import { formatDuration } from '../columns/duration.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateText } from '../expr/text.js';
import type { TimeSpec } from '../plan/nodes/source.js';
import { frameText } from '../plan/rolling.js';
import { boundWindowText } from '../windows/boundText.js';
import type { EmitSpec, FillSpec } from '../windows/emission.js';
import { asOfJoinText } from './asOfJoin.js';
import type { PhysicalLead } from './rolling.js';
import type { PhysicalGrouping, PhysicalInput, PhysicalOperator, PhysicalPlan } from './physical.js';

/** How a place of a plan tells changes: rows only come, or changes replace rows with the earlier values told or by key alone. */
export type ChangeMode = 'append' | 'retract' | 'upsert';

/** A physical plan as data: the table, an operator or a source, with what feeds it. */
export interface ExplainedPhysical {
  /** `table`, `source`, or the operator's kind. */
  readonly kind: string;
  readonly text: string;
  /** The operator's number, by which `stats()` names it; null for the table and for sources. */
  readonly operator: number | null;
  readonly changes: ChangeMode;
  /** The columns whose values name one row of the table; null elsewhere, and where rows have no key. */
  readonly key: readonly string[] | null;
  /** The source's place among the plan's sources; null elsewhere. */
  readonly source: number | null;
  readonly inputs: readonly ExplainedPhysical[];
}

/** A physical plan as a tree: the table first, then what feeds it. What is read twice has its inputs at its first place alone. */
export function explainPhysical(plan: PhysicalPlan): ExplainedPhysical {
  const seen = new Set<number>();
  const explain = (input: PhysicalInput): ExplainedPhysical => {
    const changes = changesOf(plan, input);
    const rest = { changes, key: null, source: null, operator: null };
    if ('source' in input)
      return {
        ...rest,
        kind: 'source',
        text: sourceText(plan, input.source),
        source: input.source,
        inputs: [],
      };
    const step = plan.operators[input.operator];
    const operator = input.operator + 1;
    const mode = 'form' in step ? '' : ` [${changes}]`;
    const text = `${operator} ${operatorText(step)}${mode}`;
    if (seen.has(operator))
      return { ...rest, kind: step.op, text: `${text} (as above)`, operator, inputs: [] };
    seen.add(operator);
    return { ...rest, kind: step.op, text, operator, inputs: step.inputs.map(explain) };
  };
  return {
    kind: 'table',
    text: tableText(plan),
    operator: null,
    changes: changesOf(plan, plan.output),
    key: plan.table.key,
    source: null,
    inputs: [explain(plan.output)],
  };
}

/** How an input tells its changes: an aggregate in its form, anything else as what it reads. */
export function changesOf(plan: Pick<PhysicalPlan, 'operators'>, input: PhysicalInput): ChangeMode {
  if ('source' in input) return 'append';
  const step = plan.operators[input.operator];
  if ('form' in step) return step.form === 'retract' || step.form === 'upsert' ? step.form : 'append';
  if (step.op === 'versions' || step.op === 'lateRows' || step.op === 'sort' || step.op === 'rank')
    return 'append';
  return step.inputs.map(each => changesOf(plan, each)).find(mode => mode !== 'append') ?? 'append';
}

function sourceText(plan: PhysicalPlan, source: number): string {
  const { name, connector, time, clocked } = plan.sources[source].node;
  const rules = [
    connector,
    ...(clocked ? ['held by the clock'] : []),
    ...(time === null ? ['no event time'] : [`watermark ${watermarkText(time)}`]),
    ...(time?.idleTimeoutUs == null ? [] : [`silent after ${formatDuration(time.idleTimeoutUs)}`]),
  ];
  return `source ${name} (${rules.join(', ')})`;
}

function watermarkText({ column, boundUs }: TimeSpec): string {
  if (boundUs === null) return `highest ${column} less the disorder of the sample`;
  return boundUs === 0 ? `highest ${column}` : `highest ${column} less ${formatDuration(boundUs)}`;
}

function tableText({ table: { key, retention, retracting, window } }: PhysicalPlan): string {
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
  return `table (${keyed}${window === null ? '' : ', window states'}${kept.length === 0 ? '' : `, keeps ${kept.join(', ')}`})`;
}

/** An operator in one line. */
export function operatorText(operator: PhysicalOperator): string {
  switch (operator.op) {
    case 'asOfJoin':
      return asOfJoinText(operator);
    case 'versions':
      return `versions of ${operator.keys.join(', ') || '()'} (rows end when they are taken away)`;
    case 'filter':
      return `filter ${boundText(operator.predicate)}`;
    case 'project':
      return `project ${operator.columns.map(({ name, expr }) => (boundText(expr) === name ? name : `${name} = ${boundText(expr)}`)).join(', ')}`;
    case 'reorder': {
      const then = operator.sequence === null ? '' : `, ${operator.sequence}`;
      return `reorder by ${operator.time.column}${then} (rows wait for the watermark)`;
    }
    case 'distinct':
      return `distinct ${operator.output.fields.map(({ name }) => name).join(', ')}`;
    case 'sort':
      return `${sorted(operator.by)}${operator.offset === 0 ? '' : `skip ${operator.offset}, `}${operator.limit === null ? '' : `limit ${operator.limit}, `}at the end of the input`;
    case 'rank': {
      const { by, within, columns } = operator;
      const order = by.map(({ column, descending }) => `${column}${descending ? ' desc' : ''}`).join(', ');
      const each = within.length === 0 ? '' : ` within ${within.join(', ')}`;
      return `${columns.map(({ name, rank }) => `${name} = ${rank}`).join(', ')} by ${order}${each}, at the end of the input`;
    }
    case 'unpivot':
      return `unpivot ${operator.columns.join(', ')}`;
    case 'apply': {
      const keys = operator.by.length === 0 ? '' : ` by ${operator.by.join(', ')}`;
      const reads = operator.reads.map(at => operator.input.fields[at].name).join(', ');
      return `${operator.call} ${operator.name}${keys} (in the process of its cell) of ${reads}`;
    }
    case 'unionAll':
      return `union all of ${operator.ports} (watermark: the lowest of its inputs)`;
    case 'rolling': {
      const { frame, columns, args } = operator;
      const texts = columns.map(({ name, fn, args: positions, where }) => {
        const condition = where === null ? '' : ` where ${boundText(args[where])}`;
        return `${name} = ${fn}(${positions.map(at => boundText(args[at])).join(', ')})${condition}`;
      });
      return `rolling by ${operator.keys.join(', ') || '()'}${frameText(frame)}: ${texts.join(', ')}`;
    }
    case 'topN': {
      const { rows, order, within, rowNumber, form } = operator;
      const by = order.map(({ value, descending }) => `${boundText(value)}${descending ? ' desc' : ''}`);
      const numbered = rowNumber === null ? '' : `, with ${rowNumber}`;
      return `top ${rows} by ${by.join(', ')} within ${within.join(', ') || '()'}${numbered} (${form})`;
    }
    case 'lead':
      return leadText(operator);
    case 'groupBy':
      return (
        `group by ${operator.keys.join(', ') || '()'}${operator.ttlUs === null ? '' : `, forgotten after ${formatDuration(operator.ttlUs)}`} ` +
        `(${operator.form}): ${aggregatesText(operator)}`
      );
    case 'windowedAggregate': {
      const late =
        operator.allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(operator.allowedLatenessUs)}`;
      return (
        `windowed aggregate by ${operator.keys.join(', ') || '()'} in ${boundWindowText(operator.window)}${late}${toldText(operator.emit)}${fillText(operator.fill)} ` +
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
    case 'barAggregate': {
      const { window, allowedLatenessUs, keys, form } = operator;
      const by = keys.join(', ') || '()';
      const of = window.columns.length === 0 ? 'rows' : `of ${window.columns.join(' × ')}`;
      const late = allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(allowedLatenessUs)}`;
      return form === 'late'
        ? `late rows of bars by ${by}`
        : `bars by ${by}, ${window.threshold} ${of}${late} (${form}): ${aggregatesText(operator)}`;
    }
    case 'lateRows':
      return 'late rows';
  }
}

function leadText({ keys, columns }: PhysicalLead): string {
  const texts = columns.map(({ name, value, rows }) => `${name} = ${boundText(value)} ${rows} ahead`);
  return `lead by ${keys.join(', ') || '()'} (rows wait): ${texts.join(', ')}`;
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
      return typeof expr.value === 'string' && expr.type.kind !== 'string'
        ? expr.value
        : JSON.stringify(expr.value);
    case 'call':
      return `${expr.fn}(${expr.args.map(boundText).join(', ')})`;
  }
}

/** When windows that are open are told, where that is not with every change. */
function toldText({ change, everyUs, rows }: EmitSpec): string {
  if (change) return '';
  const early = [
    ...(everyUs === null ? [] : [`every ${formatDuration(everyUs)}`]),
    ...(rows === null ? [] : [`after ${rows} rows`]),
  ];
  return `, told ${[...early, 'when they close'].join(', ')}`;
}

function fillText(fill: FillSpec | null): string {
  if (fill === null) return '';
  return `, up to ${fill.limit} empty ones filled with ${fill.by === 'null' ? 'NULL' : 'the values before'}`;
}

function sorted(by: readonly { readonly column: string; readonly descending: boolean }[]): string {
  if (by.length === 0) return '';
  return `sort by ${by.map(({ column, descending }) => (descending ? `${column} descending` : column)).join(', ')}, `;
}
