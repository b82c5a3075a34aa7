import { INT64, STRING, timestampType } from './types.js';
import type { Field } from './types.js';

/**
 * The columns of what happens to a connection, and of how history and live rows meet. `isTimed`: whether each event has a time; what is found among rows that have
 * none has none.
 */
export function connectionEventFields(isTimed: boolean): readonly Field[] {
  return [
    { name: 'at', type: timestampType('us'), nullable: !isTimed },
    { name: 'event', type: STRING, nullable: false },
    { name: 'key', type: STRING, nullable: true },
    { name: 'expected', type: INT64, nullable: true },
    { name: 'got', type: INT64, nullable: true },
    { name: 'missing', type: INT64, nullable: true },
    { name: 'reason', type: STRING, nullable: true },
  ];
}
