import type { Field } from '../columns/types.js';
import { sourceNode } from '../plan/build.js';
import { collectionOver } from './make.js';
import { made } from './origin.js';
import type { Kinds } from './kinds.js';

/** A table of rows in memory: an Arrow IPC stream with its types, and which column is event time. */
export function tableOfArrow<Row>(
  arrow: Uint8Array,
  fields: readonly Field[],
  time: string | null,
  name = 'values',
): Kinds<Row>['Table'] {
  const node = sourceNode({
    name,
    connector: 'values',
    options: { arrow },
    fields,
    time: time === null ? null : { column: time, boundUs: null, idleTimeoutUs: null, sequence: null },
    clocked: false,
  });
  return collectionOver<'Table', Row>('Table', made(node));
}
