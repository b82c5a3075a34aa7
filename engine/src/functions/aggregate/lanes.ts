import type { DataType } from '../../columns/types.js';
import type { StateLane } from './define.js';

/** The state lane that holds values of a type. */
export function laneOf(type: DataType): StateLane['lane'] {
  switch (type.kind) {
    case 'boolean':
      return 'uint8';
    case 'int32':
    case 'date':
      return 'int32';
    case 'int64':
    case 'timestamp':
      return 'int64';
    case 'float64':
      return 'float64';
    case 'string':
      return 'string';
  }
}
