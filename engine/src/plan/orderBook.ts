import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import {
  BOOLEAN,
  FLOAT64,
  INT32,
  sameType,
  STRING,
  typeName,
  type DataType,
  type Field,
} from '../columns/types.js';
import type { OrderBookNode } from './nodes/orderBook.js';
import type { Relation } from './relation.js';

/** What is read of the changes. */
const READ: readonly (readonly [name: string, type: DataType])[] = [
  ['symbol', STRING],
  ['kind', STRING],
  ['side', STRING],
  ['price', FLOAT64],
  ['size', FLOAT64],
  ['last', BOOLEAN],
];

/** What a level has beside, of the message that changed it last, where the changes have it. */
export const OF_MESSAGE = ['received', 'lastId'] as const;

/** More levels of a side than any exchange tells. */
const MOST_LEVELS = 5000;

/** What order books are: a table of their levels. */
export function bindOrderBook(
  { depth }: OrderBookNode,
  input: Relation,
  requireColumn: (name: string) => Field,
): Relation {
  if (!Number.isSafeInteger(depth) || depth < 1 || depth > MOST_LEVELS) {
    throw new MillraceError(
      'MR3530',
      `orderBook() shows a whole number of levels, 1 to ${MOST_LEVELS}, not ${String(depth)}.`,
      'Write orderBook(changes, { depth: 10 }).',
    );
  }
  if (input.mode !== 'append' || input.time === null) {
    throw new MillraceError(
      'MR3531',
      input.time === null
        ? 'orderBook() needs an event-time column, and its input has none.'
        : 'orderBook() reads rows that only come, and the rows of this table change.',
      "Give it the rows of exchange.…({ channel: 'book' }), or a file of them: replay(file, { time: 'ts' }).",
    );
  }
  for (const [name, type] of READ) {
    const field = requireColumn(name);
    if (sameType(field.type, type)) continue;
    throw new MillraceError(
      'MR3532',
      `orderBook() reads '${name}' as ${typeName(type)}, and it is ${typeName(field.type)}.`,
      field.type.kind === 'decimal'
        ? `Cast it: .cast({ ${name}: float64 }); or leave out { exact: true }.`
        : "Give it the rows of exchange.…({ channel: 'book' }), or a file of them.",
    );
  }
  const number = (name: string): Field => ({ name, type: FLOAT64, nullable: true });
  const beside = [input.time, ...OF_MESSAGE].flatMap(name => {
    const at = fieldIndex(input.schema, name);
    return at < 0 ? [] : [input.schema.fields[at]];
  });
  const fields: Field[] = [
    requireColumn('symbol'),
    { name: 'level', type: INT32, nullable: false },
    ...['bid', 'bidSize', 'ask', 'askSize'].map(number),
    { name: 'state', type: STRING, nullable: false },
    ...beside,
  ];
  return { schema: { fields }, time: input.time, mode: 'retract', key: ['symbol', 'level'] };
}

/** An order-book node in one line. */
export function orderBookText({ depth }: OrderBookNode): string {
  return `order book, ${depth} ${depth === 1 ? 'level' : 'levels'}`;
}
