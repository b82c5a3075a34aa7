import type { Expr } from '../expr/ast.js';
import { bind } from '../functions/bind.js';
import { projectColumns } from '../plan/bind.js';
import { canonicalJson, planHash } from '../plan/hash.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { Retention } from '../plan/nodes/keep.js';
import { visitPlan, type PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { endsWithWindows } from '../plan/topN.js';
import { planAggregate, planLateRows } from './aggregate.js';
import { planApply } from './apply.js';
import { changesOf } from './explain.js';
import { planJoin } from './join.js';
import { planLookupJoin } from './lookupJoin.js';
import { broughtTogether, planSetOperation } from './setOperation.js';
import { planTopN } from './topN.js';
import { planRank } from './rank.js';
import { planRolling } from './rolling.js';
import { planDistinct, planSort, planUnpivot } from './tables.js';
import type {
  PhysicalInput,
  PhysicalOperator,
  PhysicalPlan,
  PhysicalSource,
  PhysicalStep,
  PhysicalTable,
} from './physical.js';
import { changesForUs } from './rowWindows.js';

/** What is known of a node's rows beside its relation. */
interface Traits {
  /** Where its rows come from in the physical plan. */
  readonly at: PhysicalInput;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
  readonly window: PhysicalTable['window'];
  readonly retention: Retention | null;
}

/** What the reader of a node asks of it. */
interface Wanted {
  /** Whether only the end of a finite input is looked at: windows may come once, when final, and groups at the end. */
  readonly closing?: boolean;
  /** Whether windows are wanted once, when final. */
  readonly final: boolean;
  /** Whether changes may come without the values that they replace. */
  readonly upsert: boolean;
}

/** How a plan is going to be run. */
export interface PlanOptions {
  /** Whether it is read once to the end of its finite input, so that nobody sees what comes before. */
  readonly closing?: boolean;
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
    'operator' in at && sourcesAppend && changesOf({ operators }, at) === 'append'
      ? { ...relation, mode: 'append', key: null }
      : relation;
  const planned = new Map<PlanNode, Map<string, Traits>>();
  /** A node that is read twice in the same way runs once. */
  const plan = (node: PlanNode, wanted: Wanted): Traits => {
    const how = `${wanted.final} ${wanted.upsert} ${wanted.closing === true}`;
    const known = planned.get(node) ?? new Map<string, Traits>();
    const traits = known.get(how) ?? planNode(node, wanted);
    planned.set(node, known.set(how, traits));
    return traits;
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
      filter: filter => {
        const traits = plan(filter.input, { ...wanted, upsert: false });
        const { schema } = relationOf(filter.input);
        const predicate = bind(filter.predicate, schema);
        return { ...traits, at: add({ op: 'filter', input: schema, output: schema, predicate }, traits.at) };
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
      rolling: rolling => {
        const traits = plan(rolling.input, { final: false, upsert: false });
        const at = planRolling(
          rolling,
          relationOf(rolling.input),
          relationOf(rolling),
          traits.sequence,
          traits.at,
          add,
        );
        return { ...traits, at, retention: null };
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
        const traits = plan(sort.input, { final: false, closing: true, upsert: false });
        const at = planSort(sort, relationOf(sort.input), traits.at, add);
        return { ...traits, at, sequence: null, window: null, retention: null };
      },
      rank: rank => {
        const traits = plan(rank.input, { final: false, closing: true, upsert: false });
        const at = planRank(rank, relationOf(rank.input), relationOf(rank), traits.at, add);
        return { ...traits, at, window: null, retention: null };
      },
      unpivot: unpivot => {
        const traits = plan(unpivot.input, { ...wanted, upsert: false });
        const at = planUnpivot(unpivot, relationOf(unpivot.input), relationOf(unpivot), traits.at, add);
        return { ...traits, at, sequence: null, window: null, retention: null };
      },
      apply: apply => {
        const traits = plan(apply.input, { final: apply.form !== 'scan' && wanted.final, upsert: false });
        return { ...traits, ...planApply(apply, relationOf(apply.input), relationOf(apply), traits, add) };
      },
      topN: topN => {
        const traits = plan(topN.input, { final: wanted.final, upsert: false });
        const input = relationOf(topN.input);
        const below: Relation = wanted.final ? { ...input, mode: 'append', key: null } : input;
        const output = relationOf(topN);
        const operator = planTopN(topN, below, output.schema, traits.window);
        // Rows that are not ranked window by window can change long after their own window has closed.
        const passes = output.mode !== 'append' && !wanted.final && endsWithWindows(topN, input);
        const window = passes ? traits.window : null;
        return { ...traits, at: add(operator, traits.at), window, sequence: null, retention: null };
      },
      final: final => ({ ...plan(final.input, { final: true, upsert: false }), retention: null }),
      late: late => {
        const below = late.input.input;
        const traits = plan(below, { final: false, upsert: false });
        return { ...traits, at: add(planLateRows(late, relationOf(below)), traits.at), retention: null };
      },
      keep: keep => ({ ...plan(keep.input, wanted), retention: keep.retention }),
      unionAll: union => {
        const { schema } = relationOf(union);
        const inputs = union.inputs.map(node => plan(node, { ...wanted, upsert: false }));
        const ports = union.inputs.map((node, port) =>
          broughtTogether(relationOf(node).schema, schema, inputs[port].at, add),
        );
        return {
          at: add({ op: 'unionAll', input: schema, output: schema, ports: ports.length }, ...ports),
          sequence: common(inputs.map(({ sequence }) => sequence)),
          window: common(inputs.map(({ window }) => window)),
          retention: null,
        };
      },
    });
  const relation = relationOf(root);
  const { closing = false } = options;
  const traits = plan(root, { closing, final: false, upsert: relation.key !== null });
  // What a table keeps goes by the order in which its rows came.
  if (closing && traits.retention !== null) return planPhysical(root, relations);
  const once = closing && operators.length > 0 && changesOf({ operators }, traits.at) === 'append';
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
    },
  });
}

/**
 * Whether an aggregate gives the same rows if it gives each once, at the end of its window or of the input. Filled windows are told
 * as they close.
 */
function closesOnce({ window, fill, ttlUs }: AggregateNode): boolean {
  return window === null ? ttlUs === undefined : fill === undefined;
}

/** What all have in common, or null. */
function common<Trait>(traits: readonly (Trait | null)[]): Trait | null {
  const texts = new Set(traits.map(trait => canonicalJson(trait)));
  return texts.size === 1 ? traits[0] : null;
}

/** What is known of windows behind a projection: nothing where a column that says so is left out. */
function passedWindow(
  columns: Parameters<typeof passedAs>[0],
  window: PhysicalTable['window'],
): PhysicalTable['window'] {
  if (window === null) return null;
  const end = passedAs(columns, window.end);
  const complete = window.complete === null ? null : passedAs(columns, window.complete);
  if (end === null || (window.complete !== null && complete === null)) return null;
  return { ...window, end, complete };
}

/** Under which name a projection passes a column on as it was, or null. */
function passedAs(
  columns: readonly { readonly name: string; readonly expr: Expr }[],
  name: string,
): string | null {
  const same = columns.filter(({ expr }) => expr.kind === 'column' && expr.name === name);
  return (same.find(column => column.name === name) ?? same[0])?.name ?? null;
}
