import { MOST_SELECTED, readSelected, type InputSpec, type InputValue } from '@millrace/protocol';
import { BOOLEAN, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import { valueToLiteral } from '../expr/literal.js';
import type { ParameterLiteral } from './parameters.js';

type SelectionSpec = Extract<InputSpec, { kind: 'selection' }>;

/** The type of an input's values in plans: the same whichever of them it holds. */
function inputType(spec: Exclude<InputSpec, SelectionSpec>): DataType {
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
export function inputLiteral(
  name: string,
  spec: Exclude<InputSpec, SelectionSpec>,
  value: InputValue,
): ParameterLiteral {
  return literalOf(name, inputType(spec), value);
}

/** All literals that an input puts into plans: of a selection several. */
export function inputLiterals(name: string, spec: InputSpec, value: InputValue): ParameterLiteral[] {
  return spec.kind === 'selection' ? selectionLiterals(name, spec, value) : [inputLiteral(name, spec, value)];
}

/** The names of a selection's parameters: whether anything is selected, and of each field the ends of its range or its values. */
export const selectionNames = {
  on: (name: string) => `${name}.on`,
  of: (name: string, column: string, at: number) => `${name}.${column}.${at + 1}`,
} as const;

/** How many parameters a field of a selection has. */
export function selectionSlots({ mode }: Pick<SelectionSpec, 'mode'>, way: 'range' | 'values'): number {
  return mode === 'interval' && way === 'range' ? 2 : MOST_SELECTED;
}

/**
 * A selection's literals. Fewer values than there are parameters are repeated, which selects nothing else; where nothing is selected they hold a value that
 * is not looked at.
 */
function selectionLiterals(name: string, spec: SelectionSpec, value: InputValue): ParameterLiteral[] {
  const selected = readSelected(spec, value) ?? [];
  const literals = [literalOf(selectionNames.on(name), BOOLEAN, selected.length > 0)];
  for (const [index, { column, kind, way }] of spec.fields.entries()) {
    const type = kind === 'text' ? STRING : kind === 'time' ? timestampType('us') : FLOAT64;
    const values =
      spec.mode === 'interval' ? (selected.at(index) ?? []) : selected.map(point => point[index]);
    const slots = selectionSlots(spec, way);
    for (let at = 0; at < slots; at++) {
      const held = values[Math.min(at, values.length - 1)] ?? (kind === 'text' ? '' : 0);
      literals.push(literalOf(selectionNames.of(name, column, at), type, held));
    }
  }
  return literals;
}

function literalOf(name: string, type: DataType, value: InputValue): ParameterLiteral {
  const exact = type.kind === 'int64' || type.kind === 'timestamp' ? BigInt(value) : value;
  return Object.freeze({ kind: 'literal', type, value: valueToLiteral(exact, type), parameter: name });
}
