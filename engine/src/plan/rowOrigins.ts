import { TICKS_PER_SECOND } from '../columns/iso.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { timestampType } from '../columns/types.js';
import type { Expr, LiteralValue } from '../expr/ast.js';
import { isTimeWindow } from '../windows/define.js';
import { bindWindow } from '../windows/registry.js';
import { aggregateNode, filterNode, lateNode, setOperationNode } from './build.js';
import { rightColumns, type JoinKey, type RightColumn } from './joined.js';
import { canonicalJson, planHash } from './hash.js';
import type { AggregateNode } from './nodes/aggregate.js';
import type { ProjectNode } from './nodes/project.js';
import type { RollingNode } from './nodes/rolling.js';
import type { SetOperationNode } from './nodes/setOperation.js';
import { passedAs } from './passed.js';
import type { PlanNode } from './plan.js';
import type { Relation } from './relation.js';

/** Values of columns of one row: all of them, or those that are known. */
export type RowValues = ReadonlyMap<string, LiteralValue>;

/** Rows that a row was made of. */
export interface RowOrigin {
  /** `input`, `left` or `right` for those of an input, `late` for those that came too late for it. */
  readonly role: 'input' | 'left' | 'right' | 'late';
  /** The rows, as a plan of their own. */
  readonly plan: PlanNode;
  /** Whether these are the rows, and no others. */
  readonly exact: boolean;
}

/** Where a row is made: the node that puts rows together, and what is known there of the row. */
export interface MadeAt {
  readonly node: PlanNode;
  readonly known: RowValues;
  /** What is true of the row there beside: values of columns that were computed behind the node. */
  readonly conditions: readonly Expr[];
}

type Relations = ReadonlyMap<PlanNode, Relation>;

/**
 * Goes from a row of a plan to the node that made it, through those that let rows by, or make one of one.
 *
 * @param known values of columns of the row
 */
export function madeAt(root: PlanNode, known: RowValues, relations: Relations): MadeAt {
  let node = root;
  let values = known;
  const conditions: Expr[] = [];
  for (;;) {
    switch (node.kind) {
      case 'filter':
      case 'final':
      case 'keep':
      case 'cache':
      case 'sort':
        node = node.input;
        break;
      case 'changes': {
        const { column, input } = node;
        values = new Map([...values].filter(([name]) => name !== column));
        node = input;
        break;
      }
      case 'project': {
        // What was computed further down is known as an expression of other columns only.
        const { input, columns } = node;
        const own = relations.get(node)!.schema;
        conditions.length = 0;
        for (const { name, expr } of columns) {
          if (expr.kind !== 'column' && values.has(name))
            conditions.push(same(expr, literalOf(name, values, own)));
        }
        values = passedValues(node.keep, columns, values, relations.get(input)!.schema);
        node = input;
        break;
      }
      case 'late':
        node = node.input.input;
        break;
      case 'setOperation': {
        const counted = countedRows(node);
        if (counted === null) return { node, known: values, conditions };
        node = counted;
        break;
      }
      default:
        return { node, known: values, conditions };
    }
  }
}

/** The rows of a node's output that have what is known: one, where its key is known. */
export function rowsKnown({ node, known, conditions }: MadeAt, relations: Relations): PlanNode {
  return filtered(node, [...sameValues(known, relations.get(node)!.schema), ...conditions]);
}

/**
 * The rows that a row of a node was made of, an input each.
 *
 * @param row all values of the node's row
 */
export function rowOrigins(node: PlanNode, row: RowValues, relations: Relations): RowOrigin[] {
  const own = relations.get(node)!;
  const schemaOf = (input: PlanNode): Schema => relations.get(input)!.schema;
  /** The input's rows that have the row's values in columns of the same names. */
  const sameRows = (input: PlanNode, names: readonly string[] | null = null): PlanNode => {
    const columns = names ?? schemaOf(input).fields.map(({ name }) => name);
    const known = new Map(columns.flatMap(name => (row.has(name) ? [[name, row.get(name)!] as const] : [])));
    return filtered(input, sameValues(known, schemaOf(input)));
  };
  switch (node.kind) {
    case 'source':
      return [];
    case 'aggregate':
      return aggregated(node, row, relations);
    case 'rolling':
      return [{ role: 'input', plan: rolled(node, row, relations), exact: false }];
    case 'unionAll':
      return node.inputs.map(input => ({ role: 'input', plan: sameRows(input), exact: true }));
    case 'followedBy':
      return node.inputs.map(input => ({ role: 'input', plan: sameRows(input), exact: false }));
    case 'setOperation':
      return node.inputs.map((input, side) => ({
        role: side === 0 ? 'left' : 'right',
        plan: sameRows(input),
        exact: true,
      }));
    case 'upsert':
    case 'topN':
    case 'rank':
      return [{ role: 'input', plan: sameRows(node.input), exact: true }];
    case 'distinct':
      return [{ role: 'input', plan: sameRows(node.input, node.columns), exact: true }];
    case 'deduplicate':
      return [{ role: 'input', plan: sameRows(node.input, node.by), exact: true }];
    case 'join':
    case 'lookupJoin':
    case 'asOfJoin':
    case 'intervalJoin': {
      const [left, right] = node.inputs;
      const columns = rightColumns(node, schemaOf(left), schemaOf(right));
      const renamed = node.kind === 'asOfJoin' ? timeOf(node.rightTime, relations.get(right)!) : null;
      return joined(node.inputs, node.keys, columns, renamed, row, relations);
    }
    case 'windowJoin': {
      const [left, right] = node.inputs;
      const keys = node.keys.map(key => same(column(key.right), literalOf(key.left, row, own.schema)));
      const around = within(relations.get(right)!.time, own.time, row, own.schema, node.lowUs, node.highUs);
      return [
        { role: 'left', plan: sameRows(left), exact: true },
        { role: 'right', plan: filtered(right, [...keys, ...around]), exact: !node.prevailing },
      ];
    }
    case 'mapReduce':
    case 'apply':
    case 'matchPattern':
    case 'orderBook':
    case 'unpivot': {
      const names =
        'keys' in node && Array.isArray(node.keys) ? (node.keys as readonly string[]) : (own.key ?? []);
      const there = names.filter(name => schemaOf(node.input).fields.some(field => field.name === name));
      return [{ role: 'input', plan: sameRows(node.input, there), exact: false }];
    }
    default:
      // What lets rows by makes none: see `madeAt`.
      return [];
  }
}

const column = (name: string): Expr => ({ kind: 'column', name });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
/** NULL is the same as NULL here. */
const same = (a: Expr, b: Expr): Expr => call('eqMissing', a, b);

function literalOf(name: string, row: RowValues, schema: Schema): Expr {
  return {
    kind: 'literal',
    type: schema.fields[fieldIndex(schema, name)].type,
    value: row.get(name) ?? null,
  };
}

function sameValues(known: RowValues, schema: Schema): Expr[] {
  return [...known.keys()].map(name => same(column(name), literalOf(name, known, schema)));
}

function filtered(input: PlanNode, conditions: readonly Expr[]): PlanNode {
  if (conditions.length === 0) return input;
  return filterNode({ input, predicate: conditions.reduce((all, each) => call('and', all, each)) });
}

/** What is known of the input's row where a projection has its columns as they were. */
function passedValues(
  keep: ProjectNode['keep'],
  columns: ProjectNode['columns'],
  values: RowValues,
  input: Schema,
): RowValues {
  const passed = new Map<string, LiteralValue>();
  for (const { name } of input.fields) {
    const isKept = keep === 'all' || (keep !== 'none' && !keep.without.includes(name));
    const isOwn = isKept && !columns.some(each => each.name === name);
    const as = isOwn ? name : passedAs(columns, name);
    if (as !== null && values.has(as)) passed.set(name, values.get(as)!);
  }
  return passed;
}

/** The rows of the group, in the window where there is one; and those that came too late for it. */
function aggregated(node: AggregateNode, row: RowValues, relations: Relations): RowOrigin[] {
  const own = relations.get(node)!.schema;
  const input = relations.get(node.input)!;
  const conditions = node.keys.map(name => same(column(name), literalOf(name, row, own)));
  if (node.window === null)
    return [{ role: 'input', plan: filtered(node.input, conditions), exact: node.ttlUs === undefined }];
  const window = bindWindow(node.window);
  const { kind } = window;
  const time = column(input.time!);
  // Rows that fill a window end it themselves, and others may have the same time.
  const before = kind === 'bars' ? 'le' : 'lt';
  conditions.push(
    call('ge', time, literalOf('windowStart', row, own)),
    call(before, time, literalOf('windowEnd', row, own)),
  );
  const rows = filtered(node.input, conditions);
  const late = filtered(lateNode({ input: isTimeWindow(window) ? alone(node, row, own) : node }), conditions);
  // Bars cut rows of one time, calendars leave out what lies between their sessions, and a late row may have begun a session anew.
  const exact = kind !== 'bars' && kind !== 'calendar' && kind !== 'session';
  if (input.mode === 'retract') return [{ role: 'input', plan: rows, exact }];
  const counted = setOperationNode({ inputs: [rows, late], keeps: 'except', all: true, bounded: false });
  return [
    { role: 'input', plan: counted, exact },
    { role: 'late', plan: late, exact },
  ];
}

/** The rows of which `aggregated` leaves out those that came too late, where a node is that: they are asked about as rows of the input are. */
function countedRows({ inputs, keeps, all }: SetOperationNode): PlanNode | null {
  const [rows, late] = inputs;
  if (keeps !== 'except' || !all || rows.kind !== 'filter' || late.kind !== 'filter') return null;
  if (late.input.kind !== 'late' || canonicalJson(late.predicate) !== canonicalJson(rows.predicate))
    return null;
  return planHash(late.input.input.input) === planHash(rows.input) ? rows.input : null;
}

/**
 * The same by windows of which one is the row's, and none overlaps it: a row that came too late for some of the windows that would hold it
 * is late for those alone.
 */
function alone(node: AggregateNode, row: RowValues, own: Schema): AggregateNode {
  const [start, end] = ['windowStart', 'windowEnd'].map(name => microsecondsOf(name, row, own));
  const sizeUs = Number(end - start);
  const offsetUs = Number(((start % (end - start)) + (end - start)) % (end - start));
  const { keys, input, allowedLatenessUs, columns } = node;
  const window = { type: 'tumble', parameters: { sizeUs, offsetUs } };
  return aggregateNode({ input, keys, window, allowedLatenessUs, columns });
}

/** A time in whole microseconds, as borders of windows are. */
export function microsecondsOf(name: string, row: RowValues, schema: Schema): bigint {
  const { type } = schema.fields[fieldIndex(schema, name)];
  const perSecond = type.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1_000_000n;
  return (BigInt(row.get(name) ?? 0) * 1_000_000n) / perSecond;
}

/** The rows of the key up to this one, as far back as a frame of time goes; rows that came after it may be among them. */
function rolled(node: RollingNode, row: RowValues, relations: Relations): PlanNode {
  const own = relations.get(node)!;
  const conditions = node.keys.map(name => same(column(name), literalOf(name, row, own.schema)));
  if (own.time === null) return filtered(node.input, conditions);
  const { frame } = node;
  const back = frame?.kind === 'range' ? frame.us : null;
  conditions.push(...within(own.time, own.time, row, own.schema, back === null ? null : -back, 0));
  return filtered(node.input, conditions);
}

/** That a time lies so many microseconds around the row's, both ends included; null: any number before it. */
function within(
  time: string | null,
  ownTime: string | null,
  row: RowValues,
  own: Schema,
  lowUs: number | null,
  highUs: number,
): Expr[] {
  if (time === null || ownTime === null) return [];
  const { type } = own.fields[fieldIndex(own, ownTime)];
  const value = row.get(ownTime) ?? null;
  if (value === null || type.kind !== 'timestamp') return [];
  const perSecond = TICKS_PER_SECOND[type.unit];
  const unit = type.unit === 'ns' ? 'ns' : 'us';
  const at = (BigInt(value) * TICKS_PER_SECOND[unit]) / perSecond;
  const shifted = (us: number): Expr => ({
    kind: 'literal',
    type: timestampType(unit),
    value: String(at + (BigInt(us) * TICKS_PER_SECOND[unit]) / 1_000_000n),
  });
  return [
    ...(lowUs === null ? [] : [call('ge', column(time), shifted(lowUs))]),
    call('le', column(time), shifted(highUs)),
  ];
}

/** What the right row's time is called in the joined row. */
function timeOf(as: string | null, right: Relation): RightColumn | null {
  return as === null || right.time === null ? null : { name: right.time, as };
}

/** The left row, and the right one, where the row has met one. */
function joined(
  [left, right]: readonly [PlanNode, PlanNode],
  keys: readonly JoinKey[],
  columns: readonly RightColumn[],
  time: RightColumn | null,
  row: RowValues,
  relations: Relations,
): RowOrigin[] {
  const [leftSchema, rightSchema] = [left, right].map(each => relations.get(each)!.schema);
  const leftValues = new Map(
    leftSchema.fields.flatMap(({ name }) => (row.has(name) ? [[name, row.get(name)!] as const] : [])),
  );
  const rightValues = new Map<string, LiteralValue>(
    [...columns, ...(time === null ? [] : [time])].flatMap(({ name, as }) =>
      row.has(as) ? [[name, row.get(as)!] as const] : [],
    ),
  );
  const hasMet = [...rightValues.values()].some(value => value !== null);
  for (const key of keys) if (row.has(key.left)) rightValues.set(key.right, row.get(key.left)!);
  const origins: RowOrigin[] = [
    { role: 'left', plan: filtered(left, sameValues(leftValues, leftSchema)), exact: true },
  ];
  // A row without a match has NULL in all right columns; one of a join that keeps none of them (semi) has no such column.
  if (hasMet || columns.every(({ as }) => !row.has(as)))
    origins.push({
      role: 'right',
      plan: filtered(right, sameValues(rightValues, rightSchema)),
      exact: hasMet,
    });
  return origins;
}
