import type { Field } from '../columns/types.js';
import { typeName } from '../columns/types.js';
import { ValueMap } from '../columns/valueMap.js';
import { compileFunction } from '../codegen/compile.js';
import { compareKeys, keyId, mixedKeys, type KeyPart, type MapKey } from './mapReduceKeys.js';
import { failedFunction, MapReduceError, shown } from './mapReduceError.js';
import { pack, type HeavyKey, type Part, type Reduced, type TaskPlan } from './mapReduceTasks.js';
import { pairValues } from './pairValues.js';

/** So many of the heaviest keys are named. */
export const HEAVIEST = 5;

type Reduce = (key: MapKey, values: unknown[]) => unknown;

/** Brings the parts of one partition together, in the order of the shares that they are of, and makes a row of each key. */
export function reducePartition(plan: TaskPlan, parts: readonly Part[]): Reduced {
  const slots = new ValueMap<KeyPart, number>();
  const keys: MapKey[] = [];
  const pairs: number[] = [];
  const values = pairValues(plan.combine, slot => keys[slot]);
  for (const part of parts) {
    let at = 0;
    for (let k = 0; k < part.keys.length; k++) {
      const key = part.keys[k];
      const id = keyId(key);
      let slot = slots.get(id);
      if (slot === undefined) {
        slot = keys.length;
        slots.set(id, slot);
        keys.push(key);
        pairs.push(0);
      }
      pairs[slot] += part.pairs[k];
      if (part.counts === null) values.add(slot, part.values[k], 0);
      else
        for (const end = at + part.counts[k]; at < end; at++)
          values.add(slot, part.values[at], part.rows![at]);
    }
  }
  checkKinds(parts.map(({ kind }) => kind));
  const order = Array.from(keys.keys()).sort((a, b) => compareKeys(keys[a], keys[b]));
  return {
    ...rowsOf(
      plan,
      order.map(slot => ({ key: keys[slot], values: values.valuesOf(slot) })),
    ),
    heaviest: heaviest(keys.map((key, slot) => ({ key: shown(key), pairs: pairs[slot] }))),
    count: keys.length,
  };
}

/** Throws where keys are of two kinds; NULL goes with any. */
export function checkKinds(kinds: readonly string[]): void {
  const known = [...new Set(kinds.filter(kind => kind !== 'null'))].sort();
  if (known.length > 1) throw mixedKeys(known[0], known[1]);
}

/** The keys with most pairs. */
export function heaviest(keys: readonly HeavyKey[]): HeavyKey[] {
  const order = (a: HeavyKey, b: HeavyKey): number => b.pairs - a.pairs || (a.key < b.key ? -1 : 1);
  return [...keys].sort(order).slice(0, HEAVIEST);
}

function rowsOf(
  { reduce, returns }: TaskPlan,
  groups: readonly { readonly key: MapKey; readonly values: unknown[] }[],
): Pick<Reduced, 'keys' | 'columns'> {
  const fn = reduce === null ? null : compileFunction<() => Reduce>([], `return ${reduce};`)();
  const keys: MapKey[] = [];
  const columns: unknown[][] = returns.map(() => []);
  for (const { key, values } of groups) {
    const row = fn === null ? pairRow(key, values[0], returns) : reducedRow(fn, key, values);
    if (row === null) continue;
    keys.push(key);
    returns.forEach((field, k) => columns[k].push(checked(field, row[field.name], key)));
  }
  return { keys: pack(keys) as Reduced['keys'], columns: columns.map(pack) };
}

/** The key, or its parts, and then the value. */
function pairRow(key: MapKey, value: unknown, returns: readonly Field[]): Record<string, unknown> {
  const parts = typeof key === 'object' && key !== null ? key : [key];
  const given = [...parts, value];
  if (given.length !== returns.length) {
    throw new MapReduceError(
      'MR2209',
      `mapReduce() has ${given.length} values for each key, the key's and the combined one, and ${returns.length} columns to give.`,
      'Declare as many columns, or say what a row is made of: reduce: (key, [value]) => ({ … }).',
    );
  }
  return Object.fromEntries(returns.map(({ name }, k) => [name, given[k]]));
}

function reducedRow(fn: Reduce, key: MapKey, values: unknown[]): Record<string, unknown> | null {
  let row: unknown;
  try {
    row = fn(key, values);
  } catch (error) {
    throw failedFunction('reduce', `for key ${shown(key)} with ${values.length} values`, error);
  }
  if (row === null || row === undefined) return null;
  if (typeof row === 'object') return row as Record<string, unknown>;
  throw new MapReduceError(
    'MR2209',
    `reduce() of mapReduce() gave ${shown(row)} for key ${shown(key)} instead of a row.`,
    'Return an object with the declared columns, or null for no row.',
  );
}

/** A value of a returned column as its lane holds it, text as it is. */
function checked({ name, type, nullable }: Field, value: unknown, key: MapKey): number | string | null {
  if ((value === null || value === undefined) && nullable) return null;
  switch (type.kind) {
    case 'float64':
      if (typeof value === 'number') return value;
      break;
    case 'int64':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value === 0 ? 0 : value;
      break;
    case 'int32':
      if (typeof value === 'number' && (value | 0) === value) return value | 0;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return Number(value);
      break;
    default:
      if (typeof value === 'string') return value;
  }
  throw new MapReduceError(
    'MR2209',
    `mapReduce() has ${shown(value)} for '${name}' of key ${shown(key)}, which is ${typeName(type)}${nullable ? '' : ' and never NULL'} as declared.`,
    type.kind === 'int64' && typeof value === 'number'
      ? 'int64 are whole numbers within ±(2^53 − 1) here: declare float64 for others.'
      : 'Declare the column as what it holds: .nullable() where it can be NULL.',
  );
}
