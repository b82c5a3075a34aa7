import { projectColumns } from './bind.js';
import { isOfLeft } from './join.js';
import { passedKey } from './passed.js';
import type { PlanNode } from './plan.js';
import { visitPlan } from './plan.js';
import type { Relation } from './relation.js';

/** The columns whose values name one row of what a node puts out, at any time; null where there are none, or they are not known. */
export function uniqueKey(
  node: PlanNode,
  relations: ReadonlyMap<PlanNode, Relation>,
): readonly string[] | null {
  const of = (input: PlanNode): readonly string[] | null => uniqueKey(input, relations);
  const schemaOf = (input: PlanNode) => relations.get(input)!.schema;
  return visitPlan<readonly string[] | null>(node, {
    source: () => null,
    // Each left row comes once.
    asOfJoin: ({ inputs }) => of(inputs[0]),
    windowJoin: ({ inputs }) => of(inputs[0]),
    intervalJoin: ({ inputs, how }) => (isOfLeft(how) ? of(inputs[0]) : null),
    join: each => (isOfLeft(each.how) ? of(each.inputs[0]) : relations.get(each)!.key),
    lookupJoin: () => null,
    setOperation: each => (each.all ? of(each.inputs[0]) : schemaOf(each).fields.map(({ name }) => name)),
    filter: ({ input }) => of(input),
    project: each => passedKey(of(each.input), projectColumns(each, schemaOf(each.input))),
    aggregate: each => relations.get(each)!.key,
    changes: () => null,
    upsert: ({ key }) => key,
    deduplicate: ({ by }) => by,
    rolling: ({ input, columns }) => {
      const key = of(input);
      return key?.some(name => columns.some(column => column.name === name)) === true ? null : key;
    },
    topN: ({ input, rows, rowNumber, within }) =>
      rowNumber !== null ? [...within, rowNumber] : rows === 1 ? within : of(input),
    orderBook: each => relations.get(each)!.key,
    rank: ({ input }) => of(input),
    apply: ({ input, form }) => (form === 'udf' ? of(input) : null),
    distinct: each => schemaOf(each).fields.map(({ name }) => name),
    sort: ({ input }) => of(input),
    unpivot: ({ input, columns, name }) => {
      const key = of(input);
      return key === null || key.some(each => columns.includes(each)) ? null : [...key, name];
    },
    final: ({ input }) => of(input),
    late: ({ input }) => (relations.get(input.input)!.mode === 'append' ? of(input.input) : null),
    keep: ({ input }) => of(input),
    matchPattern: () => null,
    mapReduce: () => null,
    cache: ({ input }) => of(input),
    unionAll: () => null,
    followedBy: () => null,
  });
}

/** How rows are told and what names one of them, behind a line: `[retract, key symbol]`. */
export function changesSuffix(changes: string | null, key: readonly string[] | null): string {
  const parts = [
    ...(changes === null ? [] : [changes]),
    ...(key === null ? [] : [`key ${key.join(', ') || '(one row)'}`]),
  ];
  return parts.length === 0 ? '' : ` [${parts.join(', ')}]`;
}
