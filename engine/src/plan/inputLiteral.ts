import type { InputSpec, InputValue } from '@millrace/protocol';
import { BOOLEAN, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import { valueToLiteral } from '../expr/literal.js';
import type { ParameterLiteral } from './parameters.js';

/** The type of an input's values in plans: the same whichever of them it holds. */
export function inputType(spec: InputSpec): DataType {
  switch (spec.kind) {
    case 'range':
      return spec.whole ? integerType([spec.min, spec.max]) : FLOAT64;
    case 'select': {
      const values = spec.choices.map(choice => choice.value);
      if (typeof values[0] === 'boolean') return BOOLEAN;
      if (typeof values[0] === 'string') return STRING;
      return values.every(Number.isSafeInteger) ? integerType(values as number[]) : FLOAT64;
    }
    case 'toggle':
      return BOOLEAN;
    case 'text':
      return STRING;
    case 'date':
      return timestampType('us');
  }
}

/** As a literal of these numbers would have it. */
function integerType(values: readonly number[]): DataType {
  return values.every(value => value >= -(2 ** 31) && value < 2 ** 31) ? INT32 : INT64;
}

/** The literal that an input puts into plans. */
export function inputLiteral(name: string, spec: InputSpec, value: InputValue): ParameterLiteral {
  const type = inputType(spec);
  const exact = type.kind === 'int64' || type.kind === 'timestamp' ? BigInt(value) : value;
  return Object.freeze({ kind: 'literal', type, value: valueToLiteral(exact, type), parameter: name });
}
