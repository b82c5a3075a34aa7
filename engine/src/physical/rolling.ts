import { fieldIndex, type Schema } from '../columns/schema.js';
import { hasDictionary, INT64, type DataType, type TimeUnit } from '../columns/types.js';
import type { CallOptions, Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import { canonicalJson } from '../plan/hash.js';
import type { FrameSpec, RollingNode } from '../plan/nodes/rolling.js';
import type { Relation } from '../plan/relation.js';
import { bindRollingArguments, comesInOrder } from '../plan/rolling.js';
import type { PhysicalInput, PhysicalOperator, PhysicalTable } from './physical.js';

/** A new column of a rolling operator: its function, and its arguments and `where` as positions among the argument columns. */
export interface PhysicalRollingColumn {
  readonly name: string;
  readonly over: 'frame' | 'start' | 'row';
  readonly fn: string;
  readonly args: readonly number[];
  readonly where: number | null;
  readonly distinct: boolean;
  readonly options: CallOptions;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** How the rows change that columns are added to. */
export interface PhysicalRollingChanges {
  /** The columns that name a row; null: it is named by all of its values. */
  readonly key: readonly string[] | null;
  /** How long after its event time a row may still change or come; null: for ever. */
  readonly forUs: number | null;
  /** The column that orders rows of one event time, before arrival does. */
  readonly sequence: string | null;
  /** Whether rows are gone over from the last to the first. */
  readonly reversed: boolean;
  /** The last column of the output: the number of the row, which it keeps as it changes; null: there is none. */
  readonly number: string | null;
}

/** Adds columns made of the rows before each row: to rows that come in event order, or (`changes`) to rows that change. */
export interface PhysicalRolling {
  readonly keys: readonly string[];
  readonly frame: FrameSpec | null;
  readonly args: readonly BoundExpr[];
  readonly columns: readonly PhysicalRollingColumn[];
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
  /** The sequence column's position among the arguments. */
  readonly sequence: number | null;
  readonly changes?: PhysicalRollingChanges;
}

/** Adds columns made of the rows after each row: rows are kept back until those have come, in order. */
export interface PhysicalLead {
  readonly keys: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly value: BoundExpr;
    readonly fallback: BoundExpr | null;
    readonly rows: number;
  }[];
  readonly time: string | null;
}

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** What is known of the rows that columns are added to. */
interface Rolled {
  readonly at: PhysicalInput;
  readonly sequence: string | null;
  readonly window: PhysicalTable['window'];
}

/** The operators of a rolling node; gives where its rows come from, and the windows that they are still rows of. */
export function planRolling(
  node: RollingNode,
  input: Relation,
  output: Relation,
  rolled: Rolled,
  add: Add,
): Pick<Rolled, 'at' | 'window'> {
  if (input.mode === 'append')
    return { at: planComing(node, input, output, rolled, add), window: rolled.window };
  const at = planChanging(node, input, output, rolled, add);
  // A row that reads others ahead changes as long as they do.
  const isAhead = node.columns.some(({ call }) => call.fn === 'lead');
  return { at, window: isAhead ? null : rolled.window };
}

/**
 * Over rows that change. Rows ahead of each are rows before it where they are gone over from the last to the first, so that `lead` is a `lag`.
 */
function planChanging(
  node: RollingNode,
  input: Relation,
  output: Relation,
  rolled: Rolled,
  add: Add,
): PhysicalInput {
  const { sequence, window } = rolled;
  const { schema } = input;
  const time = timeOf(schema, input.time);
  // Bars that are not complete change long after the time that they have.
  const forUs = window === null || window.complete !== null ? null : window.allowedLatenessUs;
  const ahead = node.columns.filter(({ call }) => call.fn === 'lead');
  const behind = node.columns.filter(({ call }) => call.fn !== 'lead');
  let from = rolled.at;
  let made = schema;
  const roll = (
    columns: RollingNode['columns'],
    { key, number, reversed }: Pick<PhysicalRollingChanges, 'key' | 'number' | 'reversed'>,
  ): void => {
    const before = made;
    made = withColumns(before, columns, output.schema);
    if (number !== null) made = { fields: [...made.fields, { name: number, type: INT64, nullable: false }] };
    const frame = reversed ? null : node.frame;
    const operator = rolling({ ...node, frame }, columns, before, made, time, reversed ? null : sequence);
    from = add({ ...operator, changes: { key, forUs, sequence, reversed, number } }, from);
  };
  let { key } = input;
  if (behind.length > 0) {
    const passed = keyBehind(key, behind);
    // Rows that are alike have to be told apart by those that read ahead.
    const number = ahead.length > 0 && passed === null ? freeName('__row', [schema, output.schema]) : null;
    roll(behind, { key, number, reversed: false });
    key = number === null ? passed : [number];
  }
  if (ahead.length > 0) {
    const lags = ahead.map(column => ({ ...column, call: { ...column.call, fn: 'lag' } }));
    roll(lags, { key, number: null, reversed: true });
  }
  return inOrderOf(made, output.schema, from, add);
}

/** A name that no column has. */
function freeName(name: string, schemas: readonly Schema[]): string {
  return schemas.some(schema => fieldIndex(schema, name) >= 0) ? freeName(`${name}_`, schemas) : name;
}

/** What names the rows of a table once columns have been added to it. */
function keyBehind(key: readonly string[] | null, columns: RollingNode['columns']): readonly string[] | null {
  return key?.some(name => columns.some(column => column.name === name)) === true ? null : key;
}

function planComing(
  node: RollingNode,
  input: Relation,
  output: Relation,
  { at, sequence }: Rolled,
  add: Add,
): PhysicalInput {
  const { schema } = input;
  const time = timeOf(schema, input.time);
  let from = at;
  if (time !== null && !comesInOrder(node.input))
    from = add({ op: 'reorder', input: schema, output: schema, time, sequence }, from);
  const ahead = node.columns.filter(({ call }) => call.fn === 'lead');
  const behind = node.columns.filter(({ call }) => call.fn !== 'lead');
  let made = schema;
  if (behind.length > 0) {
    made = withColumns(schema, behind, output.schema);
    from = add(rolling(node, behind, schema, made, time, sequence), from);
  }
  if (ahead.length > 0) {
    const before = made;
    made = withColumns(before, ahead, output.schema);
    const columns = ahead.map(({ name, call }) => {
      const [value, fallback] = bindRollingArguments(call, schema);
      const rows = (call.options.rows as number | undefined) ?? 1;
      return {
        name,
        value: moved(value, before),
        fallback: fallback === undefined ? null : moved(fallback, before),
        rows,
      };
    });
    const keys = node.keys;
    from = add({ op: 'lead', input: before, output: made, keys, columns, time: input.time }, from);
  }
  return inOrderOf(made, output.schema, from, add);
}

/** The columns as the output has them. */
function inOrderOf(made: Schema, output: Schema, from: PhysicalInput, add: Add): PhysicalInput {
  const names = (each: Schema): string => each.fields.map(({ name }) => name).join('\n');
  if (names(made) === names(output)) return from;
  const ordered = output.fields.map(({ name }) => ({
    name,
    expr: bind({ kind: 'column', name } satisfies Expr, made),
  }));
  return add({ op: 'project', input: made, output, columns: ordered }, from);
}

/** A bound expression over a schema in which its columns lie elsewhere. */
function moved(expr: BoundExpr, schema: Schema): BoundExpr {
  if (expr.kind === 'column') return { ...expr, index: fieldIndex(schema, expr.name) };
  return expr.kind === 'call' ? { ...expr, args: expr.args.map(arg => moved(arg, schema)) } : expr;
}

/** A schema with some columns of the output added, or in the place of those of their names. */
function withColumns(schema: Schema, columns: RollingNode['columns'], output: Schema): Schema {
  const made = columns.map(({ name }) => output.fields[fieldIndex(output, name)]);
  const fields = schema.fields.map(field => made.find(({ name }) => name === field.name) ?? field);
  return { fields: [...fields, ...made.filter(field => !fields.includes(field))] };
}

function rolling(
  node: RollingNode,
  columns: RollingNode['columns'],
  input: Schema,
  output: Schema,
  time: PhysicalRolling['time'],
  sequence: string | null,
): Extract<PhysicalOperator, { readonly op: 'rolling' }> {
  const args: BoundExpr[] = [];
  const positions = new Map<string, number>();
  const argument = (expr: BoundExpr): number => {
    const key = canonicalJson(expr);
    const known = positions.get(key) ?? args.push(expr) - 1;
    positions.set(key, known);
    return known;
  };
  /** A default of text gets the dictionary of its value, so that nothing else may read it. */
  const fallback = (expr: BoundExpr): number =>
    hasDictionary(expr.type) ? args.push(expr) - 1 : argument(expr);
  const made = columns.map(({ name, over, call }): PhysicalRollingColumn => {
    const { type, nullable } = output.fields[fieldIndex(output, name)];
    const bound = bindRollingArguments(call, input);
    return {
      name,
      over: over === 'frame' && node.frame === null ? 'start' : over,
      fn: call.fn,
      args: bound.map((arg, at) => (call.fn === 'lag' && at === 1 ? fallback(arg) : argument(arg))),
      where: call.where === null ? null : argument(bind(call.where, input)),
      distinct: call.distinct,
      options: call.options,
      type,
      nullable,
    };
  });
  return {
    op: 'rolling',
    input,
    output,
    keys: node.keys,
    frame: node.frame,
    args,
    columns: made,
    time,
    sequence: sequence === null ? null : argument(bind({ kind: 'column', name: sequence }, input)),
  };
}

function timeOf(schema: Schema, name: string | null): PhysicalRolling['time'] {
  if (name === null) return null;
  const { type } = schema.fields[fieldIndex(schema, name)];
  return type.kind === 'timestamp' ? { column: name, unit: type.unit } : null;
}
