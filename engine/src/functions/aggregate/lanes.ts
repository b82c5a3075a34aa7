import type { DataType } from '../../columns/types.js';
import type { ValueLane } from './define.js';

/** The state lane that holds values of a type. */
export function laneOf(type: DataType): ValueLane['lane'] {
  switch (type.kind) {
    case 'boolean':
      return 'uint8';
    case 'int32':
    case 'date':
      return 'int32';
    case 'int64':
    case 'timestamp':
    case 'decimal':
    case 'duration':
      return 'int64';
    case 'float64':
      return 'float64';
    case 'string':
    case 'json':
      return 'string';
  }
}
