import { formatDuration } from '../columns/duration.js';
import type { TimeSpec } from '../plan/nodes/source.js';
import type { ChangelogMode } from '../plan/relation.js';
import { changesSuffix } from '../plan/uniqueKey.js';
import { keyOf } from './keys.js';
import type { PhysicalInput, PhysicalPlan } from './physical.js';

import { boundText } from './boundText.js';
import { operatorText } from './operatorText.js';

/** How a place of a plan tells changes: rows only come, or changes replace rows with the earlier values told or by key alone. */
export type ChangeMode = ChangelogMode;

/** A physical plan as data: the table, an operator or a source, with what feeds it. */
export interface ExplainedPhysical {
  /** `table`, `source`, or the operator's kind. */
  readonly kind: string;
  readonly text: string;
  /** The operator's number, by which `stats()` names it; null for the table and for sources. */
  readonly operator: number | null;
  readonly changes: ChangeMode;
  /** The columns whose values name one row; null where there are none, or they are not known. */
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
    const key = keyOf(plan, input);
    const rest = { changes, key, source: null, operator: null };
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
    const mode = changesSuffix('form' in step ? null : changes, key);
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

/** Operators whose rows only come, whatever they read. */
const ONLY_COME: ReadonlySet<string> = new Set([
  'versions',
  'lookupJoin',
  'changes',
  'sort',
  'rank',
  'mapReduce',
]);

/** How an input tells its changes: an aggregate in its form, anything else as what it reads. */
export function changesOf(
  plan: Pick<PhysicalPlan, 'operators' | 'sources'>,
  input: PhysicalInput,
): ChangeMode {
  if ('source' in input) return plan.sources[input.source].retracting === true ? 'retract' : 'append';
  const step = plan.operators[input.operator];
  if ('form' in step && step.form !== 'late')
    return step.form === 'retract' || step.form === 'upsert' ? step.form : 'append';
  if (step.op === 'rowKinds') return 'retract';
  if (ONLY_COME.has(step.op)) return 'append';
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

function tableText({ table: { key, order, retention, retracting, window } }: PhysicalPlan): string {
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
  const by = order?.map(({ value, descending }) => `${boundText(value)}${descending ? ' desc' : ''}`);
  return `table (${keyed}${by === undefined ? '' : `, shown by ${by.join(', ')}`}${window === null ? '' : ', window states'}${kept.length === 0 ? '' : `, keeps ${kept.join(', ')}`})`;
}
