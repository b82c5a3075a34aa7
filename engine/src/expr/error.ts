import { MillraceError } from '../columns/error.js';
import { nearestNames } from '../columns/nearestNames.js';

export { nearestNames };

/** A column that is not there. */
export class UnknownColumnError extends MillraceError {
  override readonly name = 'UnknownColumnError';
  constructor(column: string, known: readonly string[]) {
    const near = nearestNames(column, known);
    const hint =
      near.length === 0
        ? 'There are no columns.'
        : `Did you mean ${near.map(name => `'${name}'`).join(', ')}?`;
    super('MR1101', `there is no column '${column}'.`, hint);
  }
}

/** A function that was given values of a type it does not take. */
export class ArgumentTypeError extends MillraceError {
  override readonly name = 'ArgumentTypeError';
  constructor(message: string, hint: string | null = null) {
    super('MR1102', message, hint);
  }
}

/** A function that is not registered. */
export class UnknownFunctionError extends MillraceError {
  override readonly name = 'UnknownFunctionError';
  constructor(fn: string, known: readonly string[]) {
    super('MR1103', `there is no function '${fn}'.`, `Did you mean ${nearestNames(fn, known).join(', ')}?`);
  }
}

/** An integer result that an int64 cannot hold. */
export class IntegerOverflowError extends MillraceError {
  override readonly name = 'IntegerOverflowError';
  constructor(operation: string) {
    super('MR1201', `int64 overflow in ${operation}.`, "Cast an operand to float64 first: .cast('float64').");
  }
}

/** A decimal result that has more digits than its type. */
export class DecimalOverflowError extends MillraceError {
  override readonly name = 'DecimalOverflowError';
  constructor(operation: string, type: string) {
    super(
      'MR1202',
      `the result of ${operation} has more digits than ${type}.`,
      'Cast an operand to fewer digits, or to float64, first: .cast(float64).',
    );
  }
}

/** An expression in text that cannot be read: shows where. */
export class ExprSyntaxError extends MillraceError {
  override readonly name = 'ExprSyntaxError';
  constructor(
    shown: string,
    /** The position in the text, from 0. */
    readonly position: number,
    problem: string,
    hint: string | null = null,
  ) {
    const before = shown.slice(0, position).split('\n');
    const line = shown.split('\n')[before.length - 1];
    const column = before[before.length - 1].length;
    const where = before.length > 1 ? `line ${before.length}, column ${column + 1}` : `column ${column + 1}`;
    super('MR1320', `${problem}, at ${where}:\n  ${line}\n  ${' '.repeat(column)}^\n`, hint);
  }
}
