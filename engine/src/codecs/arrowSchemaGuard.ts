import { FlatTable } from './flatTable.js';

const MOST_DEPTH = 64;
const UNION = 14;

/**
 * Sees that an Arrow schema says no more columns, parts and notes than its bytes can hold: a reader that believes the lengths it finds would
 * fill all memory from a few bytes. Throws RangeError. `schema` is the message, a FlatBuffer, from its beginning.
 */
export function guardArrowSchema(message: DataView): void {
  const schema = FlatTable.root(message).table(2);
  if (schema === null) throw new RangeError('it has no schema');
  // Each field has bytes of its own, unless they lie over each other to seem more.
  const budget = { left: message.byteLength / 4 };
  tablesOf(schema, 2);
  for (const field of tablesOf(schema, 1)) guardField(field, budget, 0);
}

function guardField(field: FlatTable, budget: { left: number }, depth: number): void {
  if (depth > MOST_DEPTH || --budget.left < 0) throw new RangeError('its schema is larger than its bytes');
  tablesOf(field, 6);
  if (field.byte(2, 0) === UNION) field.table(3)?.list(1, 4, () => null);
  for (const child of tablesOf(field, 5)) guardField(child, budget, depth + 1);
}

function tablesOf(table: FlatTable, field: number): FlatTable[] {
  return table.list(field, 4, (view, at) => FlatTable.root(view, at));
}
