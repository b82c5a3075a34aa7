import { formatDuration } from '../columns/duration.js';
import { callText, exprText } from '../expr/text.js';
import { windowOf } from '../windows/registry.js';
import { applyText } from './apply.js';
import { planChildren } from './children.js';
import { joinText } from './join.js';
import { lookupJoinText } from './lookupJoin.js';
import { setOperationText } from './setOperation.js';
import { visitPlan } from './plan.js';
import { rankText } from './rank.js';
import { rollingText } from './rolling.js';
import { topNText } from './topN.js';
import { sortText } from './tables.js';
import type { PlanNode } from './plan.js';

/** A plan as data: each node with its line and its inputs. */
export interface ExplainedNode {
  readonly kind: string;
  readonly text: string;
  readonly inputs: readonly ExplainedNode[];
}

/** A logical plan as a tree of lines. */
export function explainPlan(node: PlanNode): ExplainedNode {
  return { kind: node.kind, text: nodeText(node), inputs: planChildren(node).map(explainPlan) };
}

/** The tree as text: a node a line, its inputs below it, indented. */
export function explainText(node: ExplainedNode, depth = 0): string {
  return [
    `${'  '.repeat(depth)}${node.text}`,
    ...node.inputs.map(input => explainText(input, depth + 1)),
  ].join('\n');
}

/** One node in one line. */
export function nodeText(node: PlanNode): string {
  return visitPlan(node, {
    source: ({ name, connector, fields, time }) => {
      const declared = fields === null ? 'schema inferred' : `${fields.length} columns`;
      const bound =
        time === null || time.boundUs === null ? '' : `, watermark ${formatDuration(time.boundUs)}`;
      return `source ${name} (${connector}, ${declared}${time === null ? '' : `, time ${time.column}${bound}`})`;
    },
    filter: ({ predicate }) => `filter ${exprText(predicate)}`,
    project: ({ keep, columns }) => {
      const made = columns.map(({ name, expr }) =>
        exprText(expr) === name ? name : `${name} = ${exprText(expr)}`,
      );
      if (keep === 'none') return `project ${made.join(', ')}`;
      const without = keep === 'all' ? '' : ` without ${keep.without.join(', ')}`;
      return `project all${without}${made.length === 0 ? '' : `, ${made.join(', ')}`}`;
    },
    aggregate: ({ keys, window, allowedLatenessUs, ttlUs, columns }) => {
      const by = keys.length === 0 ? '' : ` by ${keys.join(', ')}`;
      const of = window === null ? '' : ` in ${windowOf(window.type).describe(window.parameters)}`;
      const late = allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(allowedLatenessUs)}`;
      const ttl = ttlUs === undefined ? '' : `, ttl ${formatDuration(ttlUs)}`;
      return `aggregate${by}${of}${late}${ttl}: ${columns.map(({ name, call }) => `${name} = ${callText(call)}`).join(', ')}`;
    },
    join: node => joinText(node),
    lookupJoin: node => lookupJoinText(node),
    setOperation: node => setOperationText(node),
    rolling: node => rollingText(node),
    topN: node => topNText(node),
    rank: node => rankText(node),
    apply: node => applyText(node),
    distinct: ({ columns }) => `distinct ${columns === null ? 'rows' : columns.join(', ')}`,
    sort: node => sortText(node),
    unpivot: ({ columns, name, value }) => `unpivot ${columns.join(', ')} as ${name}, ${value}`,
    final: () => 'final',
    unionAll: ({ inputs }) => `union all of ${inputs.length}`,
    late: () => 'late rows',
    keep: ({ retention: { lastUs, rows, bytes } }) => {
      const last = lastUs === null ? [] : [`last ${formatDuration(lastUs)}`];
      return `keep ${[...last, ...(rows === null ? [] : [`${rows} rows`]), ...(bytes === null ? [] : [`${bytes} bytes`])].join(', ')}`;
    },
  });
}
