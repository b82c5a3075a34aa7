import { tableName, type VegaLiteSpec } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { SpecChart } from './charts.js';
import type { ChartOptions } from './chartOptions.js';
import { DISPLAYABLE, isDisplayable } from './displayable.js';
import type { TablesSelections, TablesSpecOf } from './tableChartTypes.js';

/** Tables of one chart at most, and levels of its spec. */
const MOST_TABLES = 20;
const MOST_LEVELS = 60;

type Json = Readonly<Record<string, unknown>>;

/**
 * A Vega-Lite chart over several streams and tables: each view of the spec names its own by `data`, or has that of a level above it. Fields are checked
 * against the row of the table that they are drawn of. All tables are drawn as they are at one moment.
 *
 * @example
 * chart({
 *   layer: [
 *     { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'close' } } },
 *     { data: fills, mark: 'point', encoding: { x: { field: 'ts' }, y: { field: 'price' } } },
 *   ],
 * })
 * @throws MillraceError `MR8300` for what would lead out of the chart, `MR8301` for data that are no stream or table, `MR8302` for a view without
 * any, `MR8303` for more than 20 tables or 60 levels
 */
export function chart<const Spec extends object>(
  spec: Spec & TablesSpecOf<Spec>,
  options: ChartOptions = {},
): SpecChart<TablesSelections<Spec>> {
  const plans: PlanNode[] = [];
  const plain = plainPart(spec as Json, false, plans, 0) as VegaLiteSpec;
  const [first, ...others] = plans;
  if (first === undefined) {
    throw new MillraceError(
      'MR8302',
      'a chart over several tables has none.',
      'Name the table of each view: chart({ layer: [{ data: bars, … }, { data: fills, … }] }).',
    );
  }
  return new SpecChart(first, { form: 'vegaLite', spec: plain, tables: plans.length }, options, others);
}

/** A part of the spec as plain data, with its tables named. */
function plainPart(part: unknown, hasData: boolean, plans: PlanNode[], depth: number): unknown {
  if (Array.isArray(part)) return part.map(each => plainPart(each, hasData, plans, depth + 1));
  if (typeof part !== 'object' || part === null) return part;
  if (depth > MOST_LEVELS) {
    throw new MillraceError(
      'MR8303',
      `a chart's spec has at most ${MOST_LEVELS} levels.`,
      'Write a flatter one.',
    );
  }
  const { data } = part as Json;
  const own = 'data' in part ? namedData(data, plans) : null;
  const has = hasData || own !== null;
  if (!has && ('mark' in part || 'facet' in part || 'repeat' in part)) {
    throw new MillraceError(
      'MR8302',
      'a view of the chart has no data.',
      'Name its table, or that of all views: chart({ data: bars, layer: [{ mark: … }] }).',
    );
  }
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(part)) {
    if (key === 'data' && own !== null) plain.data = own;
    else if (CHILDREN.has(key)) plain[key] = plainPart(value, has, plans, depth + 1);
    else plain[key] = structuredClone(value);
  }
  return plain;
}

const CHILDREN: ReadonlySet<string> = new Set(['layer', 'concat', 'hconcat', 'vconcat', 'spec']);

/** What stands in the spec for a table, or rows that are written in it. */
function namedData(data: unknown, plans: PlanNode[]): Json {
  if (isDisplayable(data)) {
    const { plan, collection } = data[DISPLAYABLE]();
    if (collection !== null) return { name: tableName(indexOf(plan, plans)) };
  } else if (typeof data === 'object' && data !== null && Array.isArray((data as Json).values)) {
    return structuredClone(data) as Json;
  }
  throw new MillraceError(
    'MR8301',
    "the data of a chart's view are a stream or a table, and these are not.",
    'Write data: bars, or rows of its own: data: { values: [{ at: 5 }] }.',
  );
}

function indexOf(plan: PlanNode, plans: PlanNode[]): number {
  const known = plans.indexOf(plan);
  if (known >= 0) return known;
  if (plans.length >= MOST_TABLES) {
    throw new MillraceError(
      'MR8303',
      `a chart has at most ${MOST_TABLES} tables.`,
      'Bring tables of equal columns together first: a.unionAll(b).',
    );
  }
  plans.push(plan);
  return plans.length - 1;
}
