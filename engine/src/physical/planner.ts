import type { Schema } from '../columns/schema.js';
import { bind } from '../functions/bind.js';
import { projectColumns } from '../plan/bind.js';
import { sourceNode } from '../plan/build.js';
import { nodeText } from '../plan/explain.js';
import { planHash } from '../plan/hash.js';
import type { Retention } from '../plan/nodes/keep.js';
import type { SourceNode } from '../plan/nodes/source.js';
import { passedAs } from '../plan/passed.js';
import { visitPlan, type PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { rowOrderOf } from '../plan/rowOrder.js';
import { endsWithWindows } from '../plan/topN.js';
import { planAggregate, planLateRows } from './aggregate.js';
import { planApply } from './apply.js';
import { planAsOfJoin } from './asOfJoin.js';
import { changesOf } from './explain.js';
import { planFollowedBy } from './followedBy.js';
import { planIntervalJoin } from './intervalJoin.js';
import { planWindowJoin } from './windowJoin.js';
import { planJoin } from './join.js';
import { planLookupJoin } from './lookupJoin.js';
import { broughtTogether, planSetOperation } from './setOperation.js';
import { planTopN } from './topN.js';
import { planOrderBook } from './orderBook.js';
import { planRank } from './rank.js';
import { planMapReduce } from './mapReduce.js';
import { planRolling } from './rolling.js';
import { planMatchPattern } from './matchPattern.js';
import { planDistinct, planSort, planUnpivot } from './tables.js';
import { planDeduplicate, planUpsert } from './upsert.js';
import type {
  PhysicalInput,
  PhysicalOperator,
  PhysicalPlan,
  PhysicalSource,
  PhysicalStep,
  PhysicalTable,
} from './physical.js';
import { changesForUs } from './rowWindows.js';
import {
  carriesMarks,
  closesOnce,
  common,
  formOf,
  passedWindow,
  type Traits,
  type Wanted,
} from './traits.js';

/** How a plan is going to be run. */
export interface PlanOptions {
  /** Whether it is read once to the end of its finite input, so that nobody sees what comes before. */
  readonly closing?: boolean;
  /** Whether others may follow its changes: they need the values that are replaced. */
  readonly followed?: boolean;
  /** A part of the plan that runs as another query, whose table is the one source here. */
  readonly part?: { readonly node: PlanNode; readonly window: PhysicalTable['window'] };
}

const NO_RETENTION: Retention = { lastUs: null, rows: null, bytes: null };

/**
 * Chooses how a typed plan runs. `final()` is not an operator of its own: filters and projections of final rows are
 * final filtered and projected rows, so it goes down to the aggregate, which then emits each window once.
 */
export function planPhysical(
  root: PlanNode,
  relations: ReadonlyMap<PlanNode, Relation>,
  options: PlanOptions = {},
): PhysicalPlan {
  const sources: PhysicalSource[] = [];
  const sourceAt = new Map<string, number>();
  const operators: PhysicalStep[] = [];
  /** Adds an operator over its inputs, one a port. */
  const add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]): PhysicalInput => ({
    operator: operators.push({ ...operator, inputs }) - 1,
  });
  const relationOf = (node: PlanNode): Relation => relations.get(node) as Relation;
  const sourcesAppend = [...relations].every(
    ([{ kind }, { mode }]) => kind !== 'source' || mode === 'append',
  );
  /** A relation whose rows only come, where what is planned of it tells no changes. */
  const told = (relation: Relation, at: PhysicalInput): Relation =>
    'operator' in at && sourcesAppend && changesOf({ operators, sources }, at) === 'append'
      ? { ...relation, mode: 'append', key: null }
      : relation;
  const planned = new Map<PlanNode, Map<string, Traits>>();
  /** A node that is read twice in the same way runs once. */
  const plan = (node: PlanNode, wanted: Wanted): Traits => {
    if (node === options.part?.node) return planPart(node, options.part.window);
    const how = `${wanted.final} ${wanted.upsert} ${wanted.closing === true}`;
    const known = planned.get(node) ?? new Map<string, Traits>();
    const traits = known.get(how) ?? planNode(node, wanted);
    planned.set(node, known.set(how, traits));
    return traits;
  };
  const planPart = (node: PlanNode, window: Traits['window']): Traits => {
    const { schema } = relationOf(node);
    if (sources.length === 0)
      sources.push({ node: partSource(node, schema), output: schema, retracting: true });
    return { at: { source: 0 }, sequence: null, window, retention: null };
  };
  const planNode = (node: PlanNode, wanted: Wanted): Traits =>
    visitPlan<Traits>(node, {
      source: source => {
        const hash = planHash(source);
        const known = sourceAt.get(hash) ?? sources.length;
        if (known === sources.length) sources.push({ node: source, output: relationOf(source).schema });
        sourceAt.set(hash, known);
        return {
          at: { source: known },
          sequence: source.time?.sequence ?? null,
          window: null,
          retention: null,
        };
      },
      asOfJoin: join => {
        const side = (input: PlanNode, upsert: boolean) => {
          const traits = plan(input, { final: false, upsert });
          return { ...traits, relation: relationOf(input), node: input };
        };
        const left = side(join.inputs[0], false);
        // A key that is all that rows are joined by stays what it is, so that the values that are replaced need not be told.
        const { key } = relationOf(join.inputs[1]);
        const right = side(join.inputs[1], join.versions && key?.length === join.keys.length);
        const closes = wanted.closing === true;
        const at = planAsOfJoin(join, left, right, relationOf(join).schema, closes, add);
        return { at, sequence: left.sequence, window: null, retention: null };
      },
      filter: filter => {
        const traits = plan(filter.input, { ...wanted, upsert: false });
        const { schema } = relationOf(filter.input);
        const predicate = bind(filter.predicate, schema);
        const carried = carriesMarks(relationOf(filter.input), traits.window);
        const operator: PhysicalOperator = {
          op: 'filter',
          input: schema,
          output: schema,
          predicate,
          ...carried,
        };
        return { ...traits, at: add(operator, traits.at) };
      },
      windowJoin: join => {
        const [left, right] = join.inputs.map(node => plan(node, { final: false, upsert: false }));
        const relations = [relationOf(join.inputs[0]), relationOf(join.inputs[1])] as const;
        const at = planWindowJoin(join, relations, relationOf(join).schema, [left, right], add);
        return { at, sequence: left.sequence, window: null, retention: null };
      },
      intervalJoin: join => {
        const [left, right] = join.inputs.map(node => plan(node, { final: false, upsert: false }));
        const relations = [relationOf(join.inputs[0]), relationOf(join.inputs[1])] as const;
        const at = planIntervalJoin(join, relations, relationOf(join).schema, [left, right], add);
        return { at, sequence: null, window: null, retention: null };
      },
      project: project => {
        const traits = plan(project.input, wanted);
        const input = relationOf(project.input).schema;
        const columns = projectColumns(project, input);
        const made = columns.map(({ name, expr }) => ({ name, expr: bind(expr, input) }));
        const at = add(
          { op: 'project', input, output: relationOf(project).schema, columns: made },
          traits.at,
        );
        return {
          ...traits,
          at,
          sequence: traits.sequence === null ? null : passedAs(columns, traits.sequence),
          window: passedWindow(columns, traits.window),
        };
      },
      join: join => {
        const closing = join.bounded || wanted.closing === true;
        const inputs = join.inputs.map(node => plan(node, { final: false, closing, upsert: false }));
        const [left, right] = join.inputs.map((node, port) => told(relationOf(node), inputs[port].at));
        const at = add(
          planJoin(join, left, right, relationOf(join), closing),
          ...inputs.map(input => input.at),
        );
        return { at, sequence: join.bounded ? inputs[0].sequence : null, window: null, retention: null };
      },
      lookupJoin: lookup => {
        const [left, right] = lookup.inputs.map((node, port) =>
          plan(node, { final: false, closing: port === 1 && lookup.waits, upsert: false }),
        );
        const [rows, others] = lookup.inputs.map(relationOf);
        const { schema } = relationOf(lookup);
        const at = add(planLookupJoin(lookup, rows, told(others, right.at), schema), left.at, right.at);
        return { ...left, at, window: null, retention: null };
      },
      setOperation: operation => {
        const closing = operation.bounded || wanted.closing === true;
        const { schema } = relationOf(operation);
        const inputs = operation.inputs.map(node => plan(node, { final: false, closing, upsert: false }));
        const ports = operation.inputs.map((node, port) =>
          broughtTogether(relationOf(node).schema, schema, inputs[port].at, add),
        );
        const at = add(planSetOperation(operation, relationOf(operation), closing), ...ports);
        return { at, sequence: null, window: null, retention: null };
      },
      aggregate: aggregate => {
        const traits = plan(aggregate.input, { final: false, upsert: false });
        const final = wanted.final || (wanted.closing === true && closesOnce(aggregate));
        const form = final ? 'final' : wanted.upsert ? 'upsert' : 'retract';
        const operator = planAggregate(
          aggregate,
          relationOf(aggregate.input),
          relationOf(aggregate),
          traits.sequence,
          form,
        );
        return {
          ...traits,
          at: add(operator, traits.at),
          sequence: null,
          retention: null,
          window:
            aggregate.window === null || final
              ? null
              : {
                  end: 'windowEnd',
                  allowedLatenessUs: changesForUs(operator),
                  complete: operator.op === 'barAggregate' ? 'windowComplete' : null,
                },
        };
      },
      changes: changes => {
        const traits = plan(changes.input, { final: false, upsert: false });
        const [input, output] = [relationOf(changes.input).schema, relationOf(changes).schema];
        const at = add({ op: 'changes', input, output }, traits.at);
        return { at, sequence: null, window: null, retention: null };
      },
      upsert: upsert => {
        const traits = plan(upsert.input, { final: false, upsert: false });
        const operator = planUpsert(upsert, relationOf(upsert.input), relationOf(upsert), formOf(wanted));
        return { at: add(operator, traits.at), sequence: null, window: null, retention: null };
      },
      deduplicate: node => {
        const traits = plan(node.input, { final: false, upsert: false });
        const [input, output] = [relationOf(node.input), relationOf(node)];
        const at = planDeduplicate(node, { ...traits, input, output, form: formOf(wanted) }, add);
        return { ...traits, at, window: null, retention: null };
      },
      rolling: rolling => {
        const traits = plan(rolling.input, { final: false, upsert: false });
        const [input, output] = [relationOf(rolling.input), relationOf(rolling)];
        return { ...traits, ...planRolling(rolling, input, output, traits, add), retention: null };
      },
      matchPattern: match => {
        const { at: from, sequence } = plan(match.input, { final: false, upsert: false });
        const [input, output] = [relationOf(match.input), relationOf(match)];
        const at = planMatchPattern(match, input, output.schema, sequence, from, add);
        return { at, sequence: null, window: null, retention: null };
      },
      distinct: distinct => {
        const traits = plan(distinct.input, { final: false, upsert: false });
        const [input, output] = [relationOf(distinct.input), relationOf(distinct)];
        const kept = (name: string): boolean => output.schema.fields.some(field => field.name === name);
        return {
          ...traits,
          at: planDistinct(distinct, input, output, traits.at, add),
          sequence: traits.sequence !== null && kept(traits.sequence) ? traits.sequence : null,
          window: null,
          retention: null,
        };
      },
      sort: sort => {
        // The table puts its rows in order when it is looked at.
        if (sort.live === true) return plan(sort.input, wanted);
        const traits = plan(sort.input, { final: false, closing: true, upsert: false });
        const at = planSort(sort, relationOf(sort.input), traits.at, add);
        return { ...traits, at, sequence: null, window: null, retention: null };
      },
      rank: rank => {
        const traits = plan(rank.input, { final: false, closing: true, upsert: false });
        const at = planRank(rank, relationOf(rank.input), relationOf(rank), traits.at, add);
        return { ...traits, at, window: null, retention: null };
      },
      mapReduce: mapped => {
        const traits = plan(mapped.input, { final: false, closing: true, upsert: false });
        const at = add(planMapReduce(mapped, relationOf(mapped.input)), traits.at);
        return { at, sequence: null, window: null, retention: null };
      },
      // Where its rows are kept a source stands in its place.
      cache: cache => {
        if (cache.over === 'now') return plan(cache.input, wanted);
        const traits = plan(cache.input, { final: false, closing: true, upsert: false });
        const input = relationOf(cache.input);
        if (input.mode === 'append') return traits;
        const last = { kind: 'sort', input: cache.input, by: [], offset: 0, limit: null } as const;
        return {
          at: planSort(last, input, traits.at, add),
          sequence: null,
          window: null,
          retention: null,
        };
      },
      unpivot: unpivot => {
        const traits = plan(unpivot.input, { ...wanted, upsert: false });
        const at = planUnpivot(unpivot, relationOf(unpivot.input), relationOf(unpivot), traits.at, add);
        return { ...traits, at, sequence: null, window: null, retention: null };
      },
      apply: apply => {
        const scans = apply.form === 'scan';
        const closing = scans && wanted.closing === true;
        const traits = plan(apply.input, { final: !scans && wanted.final, closing, upsert: false });
        const input = scans ? told(relationOf(apply.input), traits.at) : relationOf(apply.input);
        return { ...traits, ...planApply(apply, input, relationOf(apply), traits, add) };
      },
      topN: topN => {
        const traits = plan(topN.input, { final: wanted.final, upsert: false });
        const input = relationOf(topN.input);
        const below: Relation = wanted.final ? { ...input, mode: 'append', key: null } : input;
        const output = relationOf(topN);
        const operator = planTopN(topN, below, output.schema, traits.window, wanted.closing);
        // Rows that are not ranked window by window can change long after their own window has closed.
        const passes = output.mode !== 'append' && !wanted.final && endsWithWindows(topN, input);
        const window = passes ? traits.window : null;
        return { ...traits, at: add(operator, traits.at), window, sequence: null, retention: null };
      },
      orderBook: node => {
        const [{ at }, input] = [plan(node.input, { final: false, upsert: false }), relationOf(node.input)];
        const operator = planOrderBook(node, input, relationOf(node), wanted.upsert);
        return { at: add(operator, at), sequence: null, window: null, retention: null };
      },
      final: final => ({ ...plan(final.input, { final: true, upsert: false }), retention: null }),
      late: late => {
        const below = late.input.input;
        const traits = plan(below, { final: false, upsert: false });
        const input = relationOf(below);
        const at = add(planLateRows(late, input), traits.at);
        if (input.mode === 'append') return { ...traits, at, retention: null };
        const output = relationOf(late).schema;
        const told = add({ op: 'changes', input: input.schema, output }, at);
        return { at: told, sequence: null, window: null, retention: null };
      },
      keep: keep => ({ ...plan(keep.input, wanted), retention: keep.retention }),
      followedBy: node => planFollowedBy(node, relationOf, plan, add),
      unionAll: union => {
        const { schema } = relationOf(union);
        const inputs = union.inputs.map(node => plan(node, { ...wanted, upsert: false }));
        const ports = union.inputs.map((node, port) =>
          broughtTogether(relationOf(node).schema, schema, inputs[port].at, add),
        );
        const window = common(inputs.map(each => each.window));
        const carried = carriesMarks(relationOf(union), window);
        return {
          at: add(
            { op: 'unionAll', input: schema, output: schema, ports: ports.length, ...carried },
            ...ports,
          ),
          sequence: common(inputs.map(({ sequence }) => sequence)),
          window,
          retention: null,
        };
      },
    });
  const relation = relationOf(root);
  const { closing = false } = options;
  const traits = plan(root, {
    closing,
    final: false,
    upsert: options.followed !== true && relation.key !== null,
  });
  // What a table keeps goes by the order in which its rows came.
  if (closing && traits.retention !== null) return planPhysical(root, relations);
  const order = rowOrderOf(root, node => relationOf(node).schema)?.map(({ expr, descending }) => ({
    value: bind(expr, relation.schema),
    descending,
  }));
  const once = closing && operators.length > 0 && changesOf({ operators, sources }, traits.at) === 'append';
  return Object.freeze({
    sources,
    operators,
    output: traits.at,
    table: {
      schema: relation.schema,
      time: relation.time,
      key: once ? null : relation.key,
      retracting: !once && relation.mode === 'retract',
      window: traits.window,
      retention: traits.retention ?? NO_RETENTION,
      ...(order === undefined ? {} : { order }),
    },
  });
}

/** The table of a part as a source. */
function partSource(node: PlanNode, { fields }: Schema): SourceNode {
  return sourceNode({
    name: nodeText(node),
    connector: 'part',
    options: { hash: planHash(node) },
    fields,
    time: null,
    clocked: true,
  });
}
