import { formatDuration } from '../columns/duration.js';
import { callText, exprText } from '../expr/text.js';
import { windowOf } from '../windows/registry.js';
import { applyText } from './apply.js';
import { asOfText } from './asOfJoin.js';
import { intervalJoinText } from './intervalJoin.js';
import { windowJoinText } from './windowJoin.js';
import { joinText } from './join.js';
import { lookupJoinText } from './lookupJoin.js';
import { setOperationText } from './setOperation.js';
import { changesText, upsertText } from './changelog.js';
import { planChildren } from './children.js';
import type { ChangelogMode, Relation } from './relation.js';
import { changesSuffix, uniqueKey } from './uniqueKey.js';
import { deduplicateText } from './deduplicate.js';
import { followedByText } from './followedBy.js';
import { visitPlan } from './plan.js';
import { rankText } from './rank.js';
import { mapReduceText } from './mapReduce.js';
import { rollingText } from './rolling.js';
import { matchPatternText } from './matchPattern.js';
import { topNText } from './topN.js';
import { orderBookText } from './orderBook.js';
import { sortText } from './tables.js';
import type { PlanNode } from './plan.js';

/** A plan as data: each node with its line and its inputs. */
export interface ExplainedNode {
  readonly kind: string;
  readonly text: string;
  /** How its rows are told, and the columns that name one of them; null where the plan has not been typed, and where there are none. */
  readonly changes: ChangelogMode | null;
  readonly key: readonly string[] | null;
  readonly inputs: readonly ExplainedNode[];
}

/** A logical plan as a tree of lines; with what is known of its nodes how each one's rows are told, and what names one of them. */
export function explainPlan(
  node: PlanNode,
  relations: ReadonlyMap<PlanNode, Relation> | null = null,
  reader: PlanNode | null = null,
): ExplainedNode {
  // Rows of a stream that is read as a table take each other's place.
  const upsert = relations !== null && reader?.kind === 'upsert' ? reader.key : null;
  const changes = upsert === null ? (relations?.get(node)?.mode ?? null) : 'upsert';
  const key = upsert ?? (relations === null ? null : uniqueKey(node, relations));
  const inputs = planChildren(node).map(child => explainPlan(child, relations, node));
  return { kind: node.kind, text: `${nodeText(node)}${changesSuffix(changes, key)}`, changes, key, inputs };
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
    asOfJoin: node => asOfText(node),
    filter: ({ predicate }) => `filter ${exprText(predicate)}`,
    windowJoin: node => windowJoinText(node),
    intervalJoin: node => intervalJoinText(node),
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
    changes: node => changesText(node),
    upsert: node => upsertText(node),
    deduplicate: node => deduplicateText(node),
    rolling: node => rollingText(node),
    matchPattern: node => matchPatternText(node),
    topN: node => topNText(node),
    orderBook: node => orderBookText(node),
    rank: node => rankText(node),
    mapReduce: node => mapReduceText(node),
    cache: () => 'cache',
    apply: node => applyText(node),
    distinct: ({ columns }) => `distinct ${columns === null ? 'rows' : columns.join(', ')}`,
    sort: node => sortText(node),
    unpivot: ({ columns, name, value }) => `unpivot ${columns.join(', ')} as ${name}, ${value}`,
    final: () => 'final',
    unionAll: ({ inputs }) => `union all of ${inputs.length}`,
    followedBy: node => followedByText(node),
    late: () => 'late rows',
    keep: ({ retention: { lastUs, rows, bytes } }) => {
      const last = lastUs === null ? [] : [`last ${formatDuration(lastUs)}`];
      return `keep ${[...last, ...(rows === null ? [] : [`${rows} rows`]), ...(bytes === null ? [] : [`${bytes} bytes`])].join(', ')}`;
    },
  });
}
