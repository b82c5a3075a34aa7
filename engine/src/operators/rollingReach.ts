import { layoutOf } from '../codegen/groupedLayout.js';
import type { RollingShape } from '../codegen/rollingShape.js';

/** How far a change to a row reaches: what other rows show may hang on it. */
export interface RollingReach {
  /** So many rows may see it, itself and those behind it. */
  readonly rows: number;
  /** So may rows of so many microseconds behind it, and all of one time; null: no frame is one of time. */
  readonly us: number | null;
  /** All rows behind it may: something is made of all rows so far. */
  readonly unbounded: boolean;
  /** A key's state holds objects, which take long to copy. */
  readonly holdsObjects: boolean;
}

/** How far changes reach in rows of which such columns are made. */
export function reachOf(shape: RollingShape): RollingReach {
  const { frame, roles } = shape;
  let rows = 1;
  let us: number | null = null;
  let unbounded = false;
  for (const role of roles) {
    if (role.kind === 'running') unbounded = true;
    else if (role.kind === 'row') {
      if (role.row.lanes.length > 0) unbounded = true;
      rows = Math.max(rows, role.row.history + 1);
    } else if (frame?.kind === 'rows') rows = Math.max(rows, frame.rows + frame.behind);
    else if (frame?.kind === 'range') ({ us } = frame);
  }
  const holdsObjects = layoutOf(shape).lanes.some(({ lane }) => lane === 'object');
  return { rows, us, unbounded, holdsObjects };
}
