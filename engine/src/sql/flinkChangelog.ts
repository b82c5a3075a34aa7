import type { Field } from '../columns/types.js';
import { fieldIndex } from '../columns/schema.js';
import type { DeduplicateNode } from '../plan/nodes/deduplicate.js';
import type { SortKey } from '../plan/nodes/topN.js';
import type { UpsertNode } from '../plan/nodes/upsert.js';
import type { Relation } from '../plan/relation.js';
import { flinkName } from './flinkText.js';

/** The column of the place of a row, which no result has. */
const PLACE = flinkName('__place');

/** What nodes that keep one row of each key are printed over. */
interface KeyedInput {
  readonly from: string;
  /** The columns of the result, quoted. */
  readonly columns: string;
  readonly relation: Relation;
  /** Flink's event time of the rows, quoted; null: they have none. */
  readonly rowtime: string | null;
  readonly text: (expr: SortKey['expr']) => string;
  readonly differs: (why: string) => void;
  readonly cannot: (why: string) => void;
}

/** One row of each key, as Flink finds it: by row number. */
export function deduplicated(node: DeduplicateNode, input: KeyedInput): string {
  const { keep, by } = node;
  const direction = keep === 'first' ? 'ASC' : 'DESC';
  if (node.order === null) {
    if (input.rowtime !== null)
      input.differs('rows of one event time go by arrival in Flink, and late ones count');
    return firstOf(input, by, `${input.rowtime ?? 'PROCTIME()'} ${direction}`);
  }
  const nullable = node.order.some(
    ({ expr }) => expr.kind !== 'column' || isNullable(expr.name, input.relation),
  );
  if (nullable) input.differs('NULL is the least value in Flink');
  const keys = node.order.map(({ expr, descending }) => {
    const falls = keep === 'first' ? descending : !descending;
    return `${input.text(expr)} ${falls ? 'DESC' : 'ASC'}`;
  });
  input.differs('which of rows that are alike in the order stays is not said in Flink');
  return firstOf(input, by, keys.join(', '));
}

/** The last row of each key: what says that rows go is part of a table in Flink, not of a query. */
export function upserted({ key, column, deleted }: UpsertNode, input: KeyedInput): string {
  if (column !== null || deleted !== null || key === null)
    input.cannot("a changelog is a table's format in Flink ('debezium-json', 'upsert-kafka'), not a query");
  return firstOf(input, key ?? [], 'PROCTIME() DESC');
}

function firstOf({ from, columns }: KeyedInput, by: readonly string[], order: string): string {
  const place = `ROW_NUMBER() OVER (PARTITION BY ${by.map(flinkName).join(', ')} ORDER BY ${order}) AS ${PLACE}`;
  return `SELECT ${columns} FROM (\n    SELECT *, ${place} FROM ${from}\n  ) WHERE ${PLACE} = 1`;
}

function isNullable(name: string, { schema }: Relation): boolean {
  return (schema.fields.at(fieldIndex(schema, name)) as Field).nullable;
}
