import {
  BOOLEAN,
  decimalType,
  FLOAT64,
  INT64,
  STRING,
  timestampType,
  type DataType,
  type Field,
} from '../../columns/types.js';
import { booleanOption, type Options } from '../options.js';

/** What exact prices and sizes are: eight places are what most exchanges have. */
const EXACT = decimalType(18, 8);
const TIME = timestampType('us');

const field = (name: string, type: DataType): Field => ({ name, type, nullable: false });
const optional = (name: string, type: DataType): Field => ({ name, type, nullable: true });

/** When it was, by the exchange's clock and by the receiver's, and of what: every row begins so. */
const HEAD = [field('ts', TIME), field('received', TIME), field('symbol', STRING)];

/** The type of prices and sizes. */
function numberType(options: Options): DataType {
  return booleanOption(options, 'exact', false) ? EXACT : FLOAT64;
}

/** The columns of trades. */
export function tradeFields(options: Options): readonly Field[] {
  const number = numberType(options);
  return [
    ...HEAD,
    optional('id', INT64),
    field('price', number),
    field('size', number),
    optional('side', STRING),
    optional('missed', INT64),
  ];
}

/** The columns of quotes: the best bid and ask. */
export function quoteFields(options: Options): readonly Field[] {
  const number = numberType(options);
  return [
    ...HEAD,
    field('bid', number),
    optional('bidSize', number),
    field('ask', number),
    optional('askSize', number),
    optional('updateId', INT64),
  ];
}

/** The columns of candles. */
export function candleFields(options: Options): readonly Field[] {
  const number = numberType(options);
  return [
    ...HEAD,
    field('interval', STRING),
    field('start', TIME),
    field('open', number),
    field('high', number),
    field('low', number),
    field('close', number),
    field('volume', number),
    optional('trades', INT64),
    optional('closed', BOOLEAN),
  ];
}

/** The columns of what changes an order book. */
export function bookFields(options: Options): readonly Field[] {
  const number = numberType(options);
  return [
    ...HEAD,
    field('kind', STRING),
    optional('side', STRING),
    optional('price', number),
    optional('size', number),
    optional('firstId', INT64),
    optional('lastId', INT64),
    optional('expectedId', INT64),
    field('last', BOOLEAN),
  ];
}

/** The columns of rows that a schema asks for, by name: -1 where it leaves one out. */
export function placesOf(
  fields: readonly Field[],
  schema: readonly Field[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    fields.map(({ name }) => [name, schema.findIndex(each => each.name === name)] as const),
  );
}
