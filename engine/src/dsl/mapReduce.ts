import { parseExpressionAt, type AnyNode, type Function as FunctionNode, type Node } from 'acorn';
import { MillraceError } from '../columns/error.js';
import { mapReduceNode, projectNode } from '../plan/build.js';
import type { CombineName, MapReduceNode } from '../plan/nodes/mapReduce.js';
import type { PlanNode } from '../plan/plan.js';
import { closureFreeSource } from './closureFree.js';
import { columnsProxy } from './exprMethods.js';
import type { ColumnsOf, Expr } from './expressions.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import type { RowSchema } from './types.js';
import { usingAll } from './usage.js';

const PARTITIONS = 4;
const COMBINES: ReadonlySet<unknown> = new Set<CombineName>(['sum', 'min', 'max', 'count']);

/** What a key of mapReduce is: text, a number, a boolean, or a list of these. */
export type MapReduceKey = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** What `mapReduce` takes. */
export interface MapReduceOptions<Row, K extends MapReduceKey, V, Out> {
  /** A function of a row that gives pairs of a key and a value, or an expression of the columns for each: one pair a row. */
  readonly map:
    | ((row: Row) => Iterable<readonly [K, V]>)
    | {
        readonly key: (columns: ColumnsOf<Row>) => Expr<K>;
        readonly value: (columns: ColumnsOf<Row>) => Expr<V>;
      };
  /**
   * What makes one value of two: by itself, or a function. It is applied in each thread before anything is sent, and in any grouping of the
   * values, so it must be associative and commutative. `'sum'`, `'min'` and `'max'` leave NULL out; `'count'` counts pairs.
   */
  readonly combine?: CombineName | ((a: V, b: V) => V);
  /**
   * The row of a key, or null for none. It gets all of the key's values in the order of the input's rows, or the combined one alone. Not given:
   * the row is the key (or its parts) and the combined value, in the order of `returns`.
   */
  readonly reduce?: (key: K, values: V[]) => NoInfer<Out> | null;
  /** Keys are cut into so many parts by their hash (4). The result does not hang on it. */
  readonly partitions?: number;
  /** The columns of the rows: numbers, text and booleans. */
  readonly returns: RowSchema<Out>;
}

interface AnyOptions {
  readonly map:
    | ((row: never) => unknown)
    | { readonly key: (columns: never) => unknown; readonly value: (columns: never) => unknown };
  readonly combine?: unknown;
  readonly reduce?: unknown;
  readonly partitions?: number;
  readonly returns: RowSchema<unknown>;
}

/** The plan of `mapReduce`. */
export function mapReducePlan(input: PlanNode, options: AnyOptions): PlanNode {
  const { map, combine, reduce, partitions = PARTITIONS } = options;
  const returns = (options.returns as RowSchema<unknown> | undefined)?.fields;
  if (returns === undefined) {
    throw new MillraceError(
      'MR2206',
      'mapReduce() has to know the columns that it gives.',
      'Say them: { returns: schema({ word: string, n: int64 }) }.',
    );
  }
  if (combine === undefined && reduce === undefined) {
    throw new MillraceError(
      'MR2206',
      'mapReduce() is not told what to do with the values of a key.',
      "Say how two of them make one, { combine: 'sum' }, or what row they make, { reduce: (key, values) => ({ … }) }.",
    );
  }
  const shared = {
    combine: combineOf(combine),
    reduce: reduce === undefined ? null : source('reduce', reduce),
    partitions,
    returns,
  };
  if (typeof map !== 'function') {
    const projected = made(projectNode({ input, keep: 'none', columns: pairColumns(map) }));
    return made(
      mapReduceNode({ input: projected, map: { form: 'columns', key: 'key', value: 'value' }, ...shared }),
    );
  }
  const fn = source('map', map);
  return made(mapReduceNode({ input, map: { form: 'rows', fn, reads: columnsReadBy(fn) }, ...shared }));
}

function combineOf(combine: unknown): MapReduceNode['combine'] {
  if (combine === undefined) return null;
  if (COMBINES.has(combine)) return combine as CombineName;
  if (typeof combine === 'function') return { fn: source('combine', combine) };
  throw new MillraceError(
    'MR2206',
    `mapReduce() cannot combine by ${String(combine)}.`,
    `Write one of ${[...COMBINES].map(name => `'${String(name)}'`).join(', ')}, or a function of two values.`,
  );
}

function source(part: string, fn: unknown): string {
  return closureFreeSource(`${part}() of mapReduce()`, fn);
}

function pairColumns({ key, value }: Exclude<AnyOptions['map'], (...args: never) => unknown>) {
  const columns = columnsProxy() as never;
  return usingAll(
    'mapReduce',
    () => [
      { name: 'key', expr: toExpr(key(columns)) },
      { name: 'value', expr: toExpr(value(columns)) },
    ],
    pair => pair.map(({ expr }) => expr),
  );
}

/** The properties of its first argument that a function looks at; null where it may be any. */
function columnsReadBy(source: string): string[] | null {
  const { params, body } = parseExpressionAt(source, 0, { ecmaVersion: 2023 }) as FunctionNode;
  const [row, ...others] = params;
  if (row === undefined) return [];
  if (row.type === 'ObjectPattern') {
    const names = row.properties.map(property => {
      if (property.type !== 'Property' || property.computed) return null;
      return property.key.type === 'Identifier' ? property.key.name : null;
    });
    return names.includes(null) ? null : (names as string[]);
  }
  if (row.type !== 'Identifier') return null;
  const found = new Set<string>();
  const { name } = row;
  const looksElsewhere = [...others, body].some(node => !onlyReads(node as AnyNode, name, found));
  return looksElsewhere ? null : [...found];
}

/** Whether a name is used for nothing but its properties, which are noted. */
function onlyReads(node: AnyNode, name: string, found: Set<string>): boolean {
  if (node.type === 'Identifier') return node.name !== name;
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier' && node.object.name === name) {
    if (node.computed || node.property.type !== 'Identifier') return false;
    found.add(node.property.name);
    return true;
  }
  return Object.entries(node).every(([part, child]) => {
    // What a property is called is no use of that name.
    if ((part === 'property' || part === 'key') && !(node as { computed?: boolean }).computed) return true;
    const nodes = [child as unknown]
      .flat()
      .filter((each): each is Node => typeof each === 'object' && each !== null && 'type' in each);
    return nodes.every(each => onlyReads(each as AnyNode, name, found));
  });
}
