import type { Schema } from '../columns/schema.js';
import { boundText } from './boundText.js';
import type { PhysicalOperator } from './physical.js';

/** Operators that bring two inputs together by their values. */
type Combining = Extract<PhysicalOperator, { readonly op: 'join' | 'lookupJoin' | 'setOperation' }>;

/** One of them in one line. */
export function combiningText(operator: Combining): string {
  switch (operator.op) {
    case 'join': {
      const { how, sides, condition, form } = operator;
      const [left, right] = sides.map(({ schema, keys }) => namesOf(schema, keys));
      const where = condition === null ? '' : `, where ${boundText(condition.expr)}`;
      return `${how} join by ${keysText(left, right)}${where} (${formText(form)})`;
    }
    case 'lookupJoin': {
      const { input, keys, right, how, waits } = operator;
      const by = keysText(namesOf(input, keys), namesOf(right.schema, right.keys));
      return `lookup join by ${by} (${how}${waits ? ', rows wait for the end of the right side' : ''})`;
    }
    case 'setOperation':
      return `${operator.keeps}${operator.all ? ' all' : ''} (${formText(operator.form)})`;
  }
}

function namesOf({ fields }: Schema, columns: readonly number[]): string[] {
  return columns.map(at => fields[at].name);
}

function keysText(left: readonly string[], right: readonly string[]): string {
  return left.map((name, k) => (name === right[k] ? name : `${name} = ${right[k]}`)).join(', ') || '()';
}

function formText(form: 'append' | 'retract' | 'final'): string {
  return form === 'final' ? 'at the end of both inputs' : form;
}
