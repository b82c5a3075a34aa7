import { sameType, typeName, type Field } from '../../columns/types.js';
import type { Schema } from '../../columns/schema.js';
import { nearestNames } from '../../columns/nearestNames.js';
import { SourceError } from '../error.js';
import type { ExchangeMessage } from './exchangeMessage.js';

/** How an exchange's messages are told apart, as its documents say. */
export interface ExchangeWire {
  /** What messages are called in sentences. */
  readonly name: string;
  /** The paths that kinds and faults are told from. */
  readonly paths: readonly string[];
  /** A key whose object is as good as the message; null: there is none. */
  readonly unwrap: string | null;
  /** The kind of a message, e.g. `trade`; the empty text where it is not known. */
  kindOf(message: ExchangeMessage): string;
  /** What is wrong with a message that gives no rows here, in a sentence: an error of the exchange's, an unknown kind. Null: nothing is. */
  faultOf(message: ExchangeMessage, kind: string): string | null;
}

/** The fault of a message whose kind nobody knows. */
export function unknownKind(exchange: string, kind: string): string {
  return kind === ''
    ? `a message of ${exchange} of no known kind`
    : `a message of ${exchange} of the unknown kind '${kind.slice(0, 40)}'`;
}

/**
 * A declared schema, which may name fewer columns than the format has, in another order. Errors `MR3520` (no such column), `MR3521` (of another
 * type, or without what the rows are told apart by).
 */
export function checkedSchema(format: string, fields: readonly Field[], schema: Schema): Schema {
  for (const declared of schema.fields) {
    const own = fields.find(({ name }) => name === declared.name);
    if (own === undefined) {
      const near = nearestNames(
        declared.name,
        fields.map(({ name }) => name),
      ).map(each => `'${each}'`);
      throw new SourceError(
        'MR3520',
        `the rows of '${format}' have no column '${declared.name}'.`,
        `Did you mean ${near.join(', ')}?`,
      );
    }
    if (sameType(own.type, declared.type) && (declared.nullable || !own.nullable)) continue;
    throw new SourceError(
      'MR3521',
      `column '${own.name}' of '${format}' is ${typeName(own.type)}${own.nullable ? ', nullable' : ''}, not ${typeName(declared.type)}.`,
      'Leave the schema out: the columns of exchanges are known.',
    );
  }
  for (const name of ['ts', 'symbol']) {
    if (schema.fields.some(field => field.name === name)) continue;
    throw new SourceError(
      'MR3521',
      `the schema of '${format}' leaves out the column '${name}'.`,
      'Leave the schema out: the columns of exchanges are known.',
    );
  }
  return schema;
}
