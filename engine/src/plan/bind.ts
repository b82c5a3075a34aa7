import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import type { Schema } from '../columns/schema.js';
import { BOOLEAN, INT64, isNumeric, timestampType, typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateOf, resolveAggregate } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { bindWindow } from '../windows/registry.js';
import { bindApply } from './apply.js';
import { bindAsOfJoin } from './asOfJoin.js';
import { bindChanges, bindLateChanges, bindUpsert } from './changelog.js';
import { bindDeduplicate } from './deduplicate.js';
import { planNodes } from './children.js';
import { bindIntervalJoin } from './intervalJoin.js';
import { bindWindowJoin } from './windowJoin.js';
import { PlanError } from './error.js';
import { passedAs, passedKey } from './passed.js';
import { requireColumn } from './requireColumn.js';
import { bindJoin } from './join.js';
import { bindLookupJoin } from './lookupJoin.js';
import { bindSetOperation } from './setOperation.js';
import type { AggregateNode } from './nodes/aggregate.js';
import type { FinalNode } from './nodes/final.js';
import type { LateNode } from './nodes/late.js';
import type { ProjectNode } from './nodes/project.js';
import type { SourceNode } from './nodes/source.js';
import { bindDistinct, bindSort, bindUnpivot } from './tables.js';
import { visitPlan } from './plan.js';
import type { PlanNode } from './plan.js';
import type { Relation } from './relation.js';
import { bindRank } from './rank.js';
import { bindMapReduce } from './mapReduce.js';
import { bindRolling } from './rolling.js';
import { bindMatchPattern } from './matchPattern.js';
import { bindTopN, endsWithWindows } from './topN.js';
import { bindOrderBook } from './orderBook.js';
import { bindUnionAll } from './unionAll.js';
import { bindFollowedBy } from './followedBy.js';

/** What bars have beside: their number in their group, from 1 up, and whether they have reached their threshold. */
const BAR_FIELDS: readonly Field[] = [
  { name: 'windowNumber', type: INT64, nullable: false },
  { name: 'windowComplete', type: BOOLEAN, nullable: false },
];

/** The columns that a windowed aggregate adds after its keys. */
export const WINDOW_COLUMNS = ['windowStart', 'windowEnd', 'windowTime'] as const;

/**
 * Types a plan, given its sources' relations: what each node puts out, by node. Throws a `PlanError` that names the
 * node: unknown columns (with the three nearest names), arguments of a wrong type, a window without event time.
 */
export function bindPlan(
  root: PlanNode,
  sourceRelation: (source: SourceNode) => Relation,
): Map<PlanNode, Relation> {
  const bound = new Map<PlanNode, Relation>();
  const input = (node: { readonly input: PlanNode }) => bound.get(node.input)!;
  const pair = ({ inputs: [left, right] }: { readonly inputs: readonly [PlanNode, PlanNode] }) =>
    [bound.get(left)!, bound.get(right)!] as const;
  for (const each of planNodes(root)) {
    const relation = atNode(each, () =>
      visitPlan<Relation>(each, {
        source: node => sourceRelation(node),
        asOfJoin: node => bindAsOfJoin(node, bound.get(node.inputs[0])!, bound.get(node.inputs[1])!),
        filter: node => {
          const relation = input(node);
          requireBoolean(bind(node.predicate, relation.schema), 'where()');
          return relation;
        },
        windowJoin: node => bindWindowJoin(node, pair(node), expr => requireBoolean(expr, '{ where }')),
        intervalJoin: node => bindIntervalJoin(node, pair(node), expr => requireBoolean(expr, '{ where }')),
        project: node => bindProject(node, input(node)),
        join: node => bindJoin(node, bound.get(node.inputs[0])!, bound.get(node.inputs[1])!),
        lookupJoin: node => bindLookupJoin(node, bound.get(node.inputs[0])!, bound.get(node.inputs[1])!),
        setOperation: node => bindSetOperation(node, bound.get(node.inputs[0])!, bound.get(node.inputs[1])!),
        aggregate: node => bindAggregate(node, input(node)),
        changes: node => bindChanges(node, input(node)),
        upsert: node => bindUpsert(node, input(node), requireColumn, requireBoolean),
        deduplicate: node => bindDeduplicate(node, input(node), requireColumn),
        distinct: node => bindDistinct(node, input(node), requireColumn),
        sort: node => bindSort(node, input(node)),
        unpivot: node => bindUnpivot(node, input(node), requireColumn),
        apply: node => bindApply(node, input(node), requireColumn),
        topN: node => bindTopN(node, input(node), name => requireColumn(name, input(node).schema)),
        orderBook: node => bindOrderBook(node, input(node), name => requireColumn(name, input(node).schema)),
        rank: node => bindRank(node, input(node), name => requireColumn(name, input(node).schema)),
        mapReduce: node => bindMapReduce(node, input(node), name => requireColumn(name, input(node).schema)),
        cache: node => (node.over === 'now' ? input(node) : { ...input(node), mode: 'append', key: null }),
        rolling: node => bindRolling(node, input(node), expr => requireBoolean(expr, '{ where }')),
        matchPattern: node =>
          bindMatchPattern(
            node,
            input(node),
            name => requireColumn(name, input(node).schema),
            requireBoolean,
          ),
        final: node => bindFinal(node, input(node)),
        late: node => bindLate(node, bound),
        keep: node => input(node),
        unionAll: node => bindUnionAll(node.inputs.map(each => bound.get(each)!)),
        followedBy: node => bindFollowedBy(node, pair(node)),
      }),
    );
    bound.set(each, relation);
  }
  return bound;
}

/** What a plan puts out. */
export function bindRoot(root: PlanNode, sourceRelation: (source: SourceNode) => Relation): Relation {
  return bindPlan(root, sourceRelation).get(root)!;
}

/** A source's relation out of its fields. */
export function sourceRelationOf(
  source: SourceNode,
  fields: readonly Field[],
  /** The event time that the source has by itself, where the plan names none. */
  ownTime: string | null = null,
): Relation {
  return { schema: { fields }, time: source.time?.column ?? ownTime, mode: 'append', key: null };
}

/** Runs the binding of one node: what it throws names the node. */
function atNode<Result>(node: PlanNode, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MillraceError) || error instanceof PlanError) throw error;
    const named = new PlanError(error.code, error.text, error.hint, node);
    Object.defineProperty(named, 'name', { value: error.name, configurable: true });
    throw named;
  }
}

function requireBoolean(expr: BoundExpr, what: string): void {
  if (expr.type.kind === 'boolean') return;
  throw new MillraceError(
    'MR2101',
    `${what} needs a condition, not a ${typeName(expr.type)}.`,
    'Compare it, e.g. .gt(0).',
  );
}

/** A projection's output columns: what each one is computed by. */
export function projectColumns(
  node: ProjectNode,
  input: Schema,
): { readonly name: string; readonly expr: Expr }[] {
  const { keep, columns } = node;
  const without = typeof keep === 'object' ? keep.without : [];
  for (const name of without) requireColumn(name, input);
  const made = new Map(columns.map(column => [column.name, column.expr]));
  const kept =
    keep === 'none' ? [] : input.fields.map(field => field.name).filter(name => !without.includes(name));
  return [
    ...kept.map(name => ({ name, expr: made.get(name) ?? ({ kind: 'column', name } as const) })),
    ...columns.filter(column => !kept.includes(column.name)),
  ];
}

function bindProject(node: ProjectNode, input: Relation): Relation {
  const columns = projectColumns(node, input.schema);
  const fields: Field[] = columns.map(({ name, expr }) => {
    const { type, nullable } = bind(expr, input.schema);
    return { name, type, nullable };
  });
  requireUnique(fields.map(field => field.name));
  return {
    schema: { fields },
    time: input.time === null ? null : passedAs(columns, input.time),
    mode: input.mode,
    key: passedKey(input.key, columns),
  };
}

function bindAggregate(node: AggregateNode, input: Relation): Relation {
  const untimed = input.schema.fields.some(({ name, nullable }) => name === input.time && nullable);
  const keys = node.keys.map(name => requireColumn(name, input.schema));
  const columns = node.columns.map(({ name, call }): Field => {
    if (call.where !== null) requireBoolean(bind(call.where, input.schema), '{ where }');
    const args = call.args.map(arg => bind(arg, input.schema));
    const field = { name, ...resolveAggregate(call, args) };
    const emptied = node.fill?.by === 'null' && aggregateOf(call.fn).adds !== 'count';
    // Rows without a time have no place in an order, and a group may have no others.
    const unplaced = node.window === null && untimed && aggregateOf(call.fn).ordered;
    return emptied || unplaced ? { ...field, nullable: true } : field;
  });
  const windows = node.window === null ? [] : windowFields(node, input);
  const isBar = windows.length > WINDOW_COLUMNS.length;
  const fields = [...keys, ...windows, ...columns];
  requireUnique(fields.map(field => field.name));
  return {
    schema: { fields },
    time: node.window === null ? null : 'windowTime',
    mode: 'retract',
    key: windows.length === 0 ? node.keys : [...node.keys, isBar ? 'windowNumber' : 'windowEnd'],
  };
}

function windowFields(node: AggregateNode, input: Relation): Field[] {
  const window = bindWindow(node.window!);
  const time = input.time === null ? undefined : input.schema.fields[fieldIndex(input.schema, input.time)];
  if (time === undefined) {
    const candidate = input.schema.fields.find(field => field.type.kind === 'timestamp');
    throw new MillraceError(
      'MR2104',
      'window() needs an event-time column, and its input has none.',
      candidate === undefined
        ? "Declare one at the source: { time: 'column' }."
        : `Declare it at the source: { time: '${candidate.name}' }.`,
    );
  }
  if (time.type.kind !== 'timestamp') {
    throw new MillraceError(
      'MR2105',
      `window() needs an event-time column; '${time.name}' is a ${typeName(time.type)}.`,
      "Declare its type in the source's schema: timestamp('us').",
    );
  }
  const type = timestampType(time.type.unit);
  const fields = WINDOW_COLUMNS.map(name => ({ name, type, nullable: false }));
  if (window.kind !== 'bars') return fields;
  for (const name of window.columns) requireNumber(requireColumn(name, input.schema), node.window!.type);
  return [...fields, ...BAR_FIELDS];
}

function bindFinal(node: FinalNode, input: Relation): Relation {
  if (!isWindowed(node.input, input)) {
    throw new MillraceError(
      'MR2106',
      'final() needs a windowed table: rows of other tables can always change.',
      "Group by a window first: .window(tumble('1 min')).",
    );
  }
  return { ...input, mode: 'append', key: null };
}

/** Whether rows are windows, filtered, projected or brought together. */
function isWindowed(node: PlanNode, input: Pick<Relation, 'time' | 'schema'>): boolean {
  if (node.kind === 'topN') return endsWithWindows(node, input) && isWindowed(node.input, input);
  if (node.kind === 'filter' || node.kind === 'project' || node.kind === 'keep' || node.kind === 'cache')
    return isWindowed(node.input, input);
  if (node.kind === 'sort') return node.live === true && isWindowed(node.input, input);
  if (node.kind === 'unionAll') return node.inputs.every(each => isWindowed(each, input));
  return node.kind === 'aggregate' && node.window !== null;
}

/** What an aggregate drops is what it reads. */
function bindLate(node: LateNode, bound: ReadonlyMap<PlanNode, Relation>): Relation {
  if (node.input.window === null) {
    throw new MillraceError(
      'MR2107',
      'late needs a windowed table: nothing comes too late for a group without windows.',
      "Group by a window first: .window(tumble('1 min')).",
    );
  }
  const input = bound.get(node.input.input)!;
  return input.mode === 'retract' ? bindLateChanges(input) : { ...input, key: null };
}

function requireNumber({ name, type }: Field, window: string): void {
  if (isNumeric(type)) return;
  throw new MillraceError(
    'MR2109',
    `${window}() counts numbers, and '${name}' is a ${typeName(type)}.`,
    'Name a column of numbers.',
  );
}

function requireUnique(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new MillraceError('MR2102', `two columns are called '${twice}'.`, 'Give one of them another name.');
}
