import type { Schema } from '../columns/schema.js';
import type { MapReduceNode } from '../plan/nodes/mapReduce.js';
import { readColumns } from '../plan/mapReduce.js';
import type { Relation } from '../plan/relation.js';

/** Maps rows of a bounded input to pairs and reduces these by key. */
export type PhysicalMapReduce = Pick<MapReduceNode, 'map' | 'combine' | 'reduce' | 'partitions'> & {
  /** The columns that the map looks at. */
  readonly reads: readonly string[];
  /** Whether the input takes rows back. */
  readonly retracting: boolean;
};

/** The operator of a mapReduce node. */
export function planMapReduce(
  node: MapReduceNode,
  input: Relation,
): { readonly op: 'mapReduce'; readonly input: Schema; readonly output: Schema } & PhysicalMapReduce {
  const { map, combine, reduce, partitions, returns } = node;
  return {
    op: 'mapReduce',
    input: input.schema,
    output: { fields: returns },
    map,
    combine,
    reduce,
    partitions,
    reads: readColumns(node, input.schema.fields),
    retracting: input.mode === 'retract',
  };
}

/** Such an operator in one line. */
export function mapReduceOperatorText({
  map,
  combine,
  reduce,
  partitions,
  reads,
}: PhysicalMapReduce): string {
  const mapped = map.form === 'columns' ? `${map.key} → ${map.value}` : `rows of ${reads.join(', ')}`;
  const combined =
    combine === null ? '' : `, combine by ${typeof combine === 'string' ? combine : 'a function'}`;
  return `map ${mapped}${combined}, shuffle by key to ${partitions}, ${reduce === null ? 'a row a key' : 'reduce'}, at the end of the input`;
}
