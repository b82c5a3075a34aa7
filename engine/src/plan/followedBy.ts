import { connectionEventFields } from '../columns/connectionEvents.js';
import { MillraceError } from '../columns/error.js';
import { isInteger, typeName } from '../columns/types.js';
import { planChildren, planNodes, planSources } from './children.js';
import { planHash } from './hash.js';
import type { FollowedByNode } from './nodes/followedBy.js';
import type { PlanNode } from './plan.js';
import type { Relation } from './relation.js';
import { replaceSources, withInputs } from './replaceSources.js';
import { requireColumn } from './requireColumn.js';
import { bindUnionAll } from './unionAll.js';

/** What history, then live rows put out. */
export function bindFollowedBy(
  node: FollowedByNode,
  [history, live]: readonly [Relation, Relation],
): Relation {
  const rows = followedRows([history, live]);
  requireApart(node);
  if (history.time !== live.time) {
    const text = (time: string | null): string => (time === null ? 'none' : `'${time}'`);
    throw new MillraceError(
      'MR3552',
      `followedBy() needs the same event time on both sides: of history it is ${text(history.time)}, of the other stream ${text(live.time)}.`,
      'Declare it at both sources: { time: … }, after the same column; .rename() makes two names one.',
    );
  }
  for (const name of node.by) requireColumn(name, rows.schema);
  if ('id' in node.identity) for (const name of node.identity.id) requireColumn(name, rows.schema);
  else {
    const { name, type } = requireColumn(node.identity.sequence, rows.schema);
    if (!isInteger(type)) {
      throw new MillraceError(
        'MR3553',
        `followedBy() counts on whole numbers that go up by one, and '${name}' is a ${typeName(type)}.`,
        `Cast it: .cast({ ${name}: int64 }); or, where its values have no order, write { id: '${name}' }.`,
      );
    }
  }
  if (node.tells === 'rows') return rows;
  return {
    schema: { fields: connectionEventFields(false) },
    time: rows.time === null ? null : 'at',
    mode: 'append',
    key: null,
  };
}

/** The rows of both. */
export function followedRows(inputs: readonly [Relation, Relation]): Relation {
  const rows = bindUnionAll(inputs, 'followedBy');
  if (rows.mode === 'append') return rows;
  throw new MillraceError(
    'MR3550',
    'followedBy() brings rows together that only come, and rows of one of its sides change.',
    'Take the streams that the tables are made of, .final() windows, or .changes().',
  );
}

function requireApart({ inputs: [history, live] }: FollowedByNode): void {
  const known = new Map(planSources(history).map(source => [planHash(source), source]));
  const both = planSources(live).find(source => known.has(planHash(source)));
  if (both === undefined) return;
  throw new MillraceError(
    'MR3551',
    `followedBy() has '${both.name}' on both sides: what is live would wait for its own end.`,
    'Give it a history of its own, such as a recording: replay(file).followedBy(live, …).',
  );
}

/**
 * A plan whose histories go by the clock only where what follows them does: before a live feed history is read at once, so that its table is there,
 * whatever pace the clock has for other replays; two recordings are let out together.
 */
export function withHistories(root: PlanNode): PlanNode {
  const nodes = planNodes(root);
  if (!nodes.some(({ kind }) => kind === 'followedBy')) return root;
  const known = new Map<PlanNode, PlanNode>();
  for (const node of nodes) {
    const made = withInputs(
      node,
      planChildren(node).map(child => known.get(child)!),
    );
    known.set(node, made.kind === 'followedBy' ? withHistory(made) : made);
  }
  return known.get(root)!;
}

function withHistory(node: FollowedByNode): FollowedByNode {
  const [history, live] = node.inputs;
  if (planSources(live).every(({ clocked }) => clocked)) return node;
  const read = replaceSources(history, source =>
    source.clocked ? Object.freeze({ ...source, clocked: false }) : source,
  );
  return read === history ? node : Object.freeze({ ...node, inputs: Object.freeze([read, live] as const) });
}

/** In one line. */
export function followedByText({ by, identity, tells }: FollowedByNode): string {
  const told = tells === 'rows' ? '' : ', how they meet';
  const of = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return `followed by, ${identityText(identity)}${of}${told}`;
}

/** What says that two rows are one. */
export function identityText(identity: FollowedByNode['identity']): string {
  if ('id' in identity) return `id ${identity.id.join(', ')}`;
  const { sequence, first, last } = identity;
  return `sequence ${sequence}${last === null ? '' : ` from ${first} to ${last}`}`;
}
