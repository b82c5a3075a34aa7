import { MillraceError } from '../columns/error.js';
import { typeName, type DataType, type Field } from '../columns/types.js';
import type { MapReduceNode } from './nodes/mapReduce.js';
import type { Relation } from './relation.js';

const RETURNED: ReadonlySet<DataType['kind']> = new Set(['boolean', 'int32', 'int64', 'float64', 'string']);
const READ: ReadonlySet<DataType['kind']> = new Set([...RETURNED, 'timestamp']);

const NUMBERS: readonly DataType['kind'][] = ['int32', 'int64', 'float64'];
/** The types that can be combined by the engine itself; null: any. */
const TAKEN = {
  sum: NUMBERS,
  min: [...NUMBERS, 'string'],
  max: [...NUMBERS, 'string'],
  count: null,
  function: null,
} as const;

/** The most partitions: more are of no use to so few threads, and each costs a message. */
const MOST_PARTITIONS = 256;

/** What a mapReduce node puts out: the declared columns, in order of the keys. */
export function bindMapReduce(
  node: MapReduceNode,
  { schema }: Relation,
  requireColumn: (name: string) => Field,
): Relation {
  const { map, combine, partitions, returns } = node;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MOST_PARTITIONS) {
    throw new MillraceError(
      'MR2206',
      `mapReduce() cuts the keys into 1 to ${MOST_PARTITIONS} partitions, not ${partitions}.`,
      'Write { partitions: 4 }.',
    );
  }
  for (const { name, type } of returns) {
    if (RETURNED.has(type.kind)) continue;
    throw new MillraceError(
      'MR2206',
      `mapReduce() cannot give ${typeName(type)}, as '${name}' is declared.`,
      'Give numbers, text or booleans, and cast them after: .derive(t => ({ … })).',
    );
  }
  const reads = readColumns(node, schema.fields).map(name => requireColumn(name));
  for (const { name, type } of reads) {
    if ((map.form === 'rows' ? READ : RETURNED).has(type.kind)) continue;
    throw new MillraceError(
      'MR2206',
      `the functions of mapReduce() take numbers, text, booleans and timestamps; '${name}' is a ${typeName(type)}.`,
      `Cast it first: .derive(t => ({ ${name}: t.${name}.cast('string') })), or select() the columns that are needed.`,
    );
  }
  const value = reads.at(-1);
  const takes = TAKEN[typeof combine === 'string' ? combine : 'function'];
  if (map.form === 'columns' && value !== undefined && takes !== null && !takes.includes(value.type.kind)) {
    throw new MillraceError(
      'MR2206',
      `mapReduce() cannot combine by '${String(combine)}' values that are ${typeName(value.type)}.`,
      `It takes ${takes.join(', ')}; a function takes any: combine: (a, b) => ….`,
    );
  }
  return { schema: { fields: returns }, time: null, mode: 'append', key: null };
}

/** The columns of the input that the map looks at. */
export function readColumns(
  { map }: Pick<MapReduceNode, 'map'>,
  fields: readonly Field[],
): readonly string[] {
  if (map.form === 'columns') return [map.key, map.value];
  return map.reads ?? fields.map(({ name }) => name);
}

/** A mapReduce node in one line. */
export function mapReduceText({ map, combine, reduce, partitions, returns }: MapReduceNode): string {
  const mapped = map.form === 'columns' ? `${map.key} → ${map.value}` : 'rows';
  const combined = combine === null ? '' : `, combine ${typeof combine === 'string' ? combine : 'pairs'}`;
  const reduced = reduce === null ? '' : ', reduce keys';
  const names = returns.map(({ name }) => name).join(', ');
  return `map ${mapped}${combined}${reduced}, ${partitions} partitions: ${names}`;
}
