import { fieldIndex } from '../columns/schema.js';
import type { ApplyNode } from '../plan/nodes/apply.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import type { PhysicalInput, PhysicalOperator, PhysicalTable } from './physical.js';

/** What of its input's traits an operator of the user's function changes. */
interface Applied {
  readonly at: PhysicalInput;
  readonly sequence: string | null;
  readonly window: PhysicalTable['window'];
}

/** The operators of an apply node: rows come to `scan` in event order. */
export function planApply(
  node: ApplyNode,
  input: Relation,
  output: Relation,
  from: Applied,
  add: (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput,
): Applied {
  const { schema } = input;
  const { form, fn, name, by, args } = node;
  const type = input.time === null ? null : schema.fields[fieldIndex(schema, input.time)].type;
  let { at } = from;
  const reads =
    args === null ? schema.fields.map((_, k) => k) : args.map(column => fieldIndex(schema, column));
  if (form === 'scan' && input.mode === 'retract') {
    const time = type?.kind === 'timestamp' ? { column: input.time!, unit: type.unit } : null;
    const { key } = input;
    const changes = { key, forUs: null, sequence: from.sequence, reversed: false, number: null };
    const changing = { time, changes };
    const operator = {
      op: 'apply',
      input: schema,
      output: output.schema,
      call: form,
      fn,
      name,
      by,
      reads,
    } as const;
    return { at: add({ ...operator, changing }, at), sequence: null, window: null };
  }
  if (form === 'scan' && input.time !== null && type?.kind === 'timestamp' && !comesInOrder(node.input)) {
    const time = { column: input.time, unit: type.unit };
    at = add({ op: 'reorder', input: schema, output: schema, time, sequence: from.sequence }, at);
  }
  at = add({ op: 'apply', input: schema, output: output.schema, call: form, fn, name, by, reads }, at);
  const kept = (column: string): boolean =>
    (form === 'udf' || form === 'lookup') && fieldIndex(output.schema, column) >= 0;
  return {
    at,
    sequence: from.sequence !== null && kept(from.sequence) ? from.sequence : null,
    window: from.window !== null && kept(from.window.end) ? from.window : null,
  };
}
