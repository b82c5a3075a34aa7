import { tableFromColumns, tableToIPC } from '@uwdata/flechette';
import { MillraceError } from '../columns/error.js';
import { FLOAT64, INT64, isNumeric, STRING, typeName } from '../columns/types.js';
import type { DataType, Field } from '../columns/types.js';
import type { AggregateCall, Expr } from '../expr/ast.js';
import { aggregateNode, projectNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { arrowColumn } from './arrowColumns.js';
import { rowsOfArrow } from './arrowRows.js';
import type { Kinds } from './kinds.js';
import { tableOfArrow } from './tableOfArrow.js';

/** What `describe` says of one column. Of text and booleans there is no mean, and nothing in between. */
export interface ColumnDescription {
  readonly column: string;
  readonly type: string;
  /** Rows with a value, and without one. */
  readonly count: number;
  readonly nulls: number;
  /** How many different values there are, to about 1%. */
  readonly distinct: number;
  readonly mean: number | null;
  readonly stddev: number | null;
  /** Least and greatest value, as text. */
  readonly min: string | null;
  /** The first quartile, the median and the third, to about 1%. */
  readonly p25: number | null;
  readonly median: number | null;
  readonly p75: number | null;
  readonly max: string | null;
}

const TEXT = { type: STRING, nullable: true };
const NUMBER = { type: FLOAT64, nullable: true };
const COUNT = { type: INT64, nullable: false };
const FIELDS: readonly Field[] = [
  { name: 'column', type: STRING, nullable: false },
  { name: 'type', type: STRING, nullable: false },
  { name: 'count', ...COUNT },
  { name: 'nulls', ...COUNT },
  { name: 'distinct', ...COUNT },
  { name: 'mean', ...NUMBER },
  { name: 'stddev', ...NUMBER },
  { name: 'min', ...TEXT },
  { name: 'p25', ...NUMBER },
  { name: 'median', ...NUMBER },
  { name: 'p75', ...NUMBER },
  { name: 'max', ...TEXT },
];

/** The table of what `describe` gives. */
export async function describedTable(
  plan: PlanNode,
  current: boolean,
): Promise<Kinds<ColumnDescription>['Table']> {
  const rows = await describePlan(plan, current);
  const columns = FIELDS.map((field): [string, ReturnType<typeof arrowColumn>] => [
    field.name,
    arrowColumn(
      field,
      rows.map(row => row[field.name as keyof ColumnDescription]),
    ),
  ]);
  const arrow = tableToIPC(tableFromColumns(columns), { format: 'stream' });
  if (arrow === null) throw new MillraceError('MR9003', 'the description could not be encoded.');
  return tableOfArrow<ColumnDescription>(arrow, FIELDS, null);
}

/** Describes each column of a plan's rows, in one pass over them. */
async function describePlan(plan: PlanNode, current: boolean): Promise<ColumnDescription[]> {
  const { fields, mode } = await ask({ type: 'bind', plan });
  const exact = mode === 'retract';
  const columns = fields.filter(({ name }) => !name.startsWith('__'));
  const calls = columns.flatMap((field, at) =>
    callsOf(field, exact).map(([name, call]) => ({ name: `c${at}_${name}`, call })),
  );
  const rows: AggregateCall = { fn: 'count', args: [], where: null, distinct: false, options: {} };
  const grouped = aggregateNode({
    input: plan,
    keys: [],
    window: null,
    allowedLatenessUs: 0,
    columns: [{ name: 'rows', call: rows }, ...calls],
  });
  // Least and greatest values of any type go as text.
  const texts = calls
    .filter(({ name }) => /_(min|max)$/.test(name))
    .map(({ name }) => ({ name, expr: textOf(name) }));
  const described = projectNode({ input: grouped, keep: 'all', columns: texts });
  const { arrow, bound } = await ask({ type: 'read', plan: described, limit: null, current });
  const [row] = rowsOfArrow<Record<string, number | string | null>>(arrow, bound.fields, {});
  const total = Number(row?.rows ?? 0);
  return columns.map(({ name, type }, at) => {
    const value = (key: string) => row?.[`c${at}_${key}`] ?? null;
    const count = Number(value('count') ?? 0);
    return {
      column: name,
      type: typeName(type),
      count,
      nulls: total - count,
      distinct: Number(value('distinct') ?? 0),
      mean: value('mean') as number | null,
      stddev: value('stddev') as number | null,
      min: value('min') as string | null,
      p25: value('p25') as number | null,
      median: value('median') as number | null,
      p75: value('p75') as number | null,
      max: value('max') as string | null,
    };
  });
}

/** Sketches take no row back: where rows change, the exact functions stand in for them. */
function callsOf({ name, type }: Field, exact: boolean): [string, AggregateCall][] {
  const column: Expr = { kind: 'column', name };
  const call = (fn: string, options: AggregateCall['options'] = {}, arg: Expr = column): AggregateCall => ({
    fn,
    args: [arg],
    where: null,
    distinct: false,
    options,
  });
  const calls: [string, AggregateCall][] = [['count', call('count')]];
  calls.push(['distinct', call(exact ? 'countDistinct' : 'approxCountDistinct')]);
  if (isOrdered(type)) calls.push(['min', call('min')], ['max', call('max')]);
  if (isNumeric(type)) {
    const number: Expr = {
      kind: 'call',
      fn: 'cast',
      args: [column, { kind: 'literal', type: STRING, value: 'float64' }],
    };
    calls.push(['mean', call('avg', {}, number)], ['stddev', call('stddev', {}, number)]);
    for (const [key, q] of [
      ['p25', 0.25],
      ['median', 0.5],
      ['p75', 0.75],
    ] as const)
      calls.push([key, call(exact ? 'quantile' : 'approxQuantile', { q }, number)]);
  }
  return calls;
}

function isOrdered(type: DataType): boolean {
  return type.kind !== 'json' && type.kind !== 'boolean';
}

function textOf(name: string): Expr {
  return {
    kind: 'call',
    fn: 'cast',
    args: [
      { kind: 'column', name },
      { kind: 'literal', type: STRING, value: 'string' },
    ],
  };
}
