import type { StateLane } from '../functions/aggregate/define.js';
import { layoutOf } from './groupedLayout.js';
import type { GroupedShape } from './groupedShape.js';

/** What generated text calls the state: its arrays, and the group's place in them. */
export interface StateNames {
  readonly cells: string;
  readonly base: string;
  /** Lanes that are arrays of their own have this letter and their number. */
  readonly lane: string;
  readonly slot: string;
}

/** The state that text works on, and the other one of a merge. */
export const HERE: StateNames = { cells: 'cells', base: 'base', lane: 's', slot: 'slot' };
export const OTHER: StateNames = { cells: 'otherCells', base: 'otherBase', lane: 'o', slot: 'other' };

/** Whether a lane is a cell beside the group's others, and no array of its own. */
export function isCell({ lane }: StateLane, wide: boolean): boolean {
  return lane !== 'object' && !(wide && lane === 'int64');
}

/** The element of lane `k` for the group. */
export function laneText(shape: GroupedShape, k: number, wide: boolean, names = HERE): string {
  const { lanes } = layoutOf(shape);
  return isCell(lanes[k], wide)
    ? `${names.cells}[${cellText(k, names)}]`
    : `${names.lane}${k}[${names.slot}]`;
}

/** The place of a lane's cell. */
export function cellText(k: number, names = HERE): string {
  return `${names.base} + ${k}`;
}

/** How many cells a group has. */
export function strideOf(shape: GroupedShape): number {
  return Math.max(1, layoutOf(shape).lanes.length);
}

/** The statement that finds the group's cells, once its slot is known. */
export function baseText(shape: GroupedShape, names = HERE): string {
  return `const ${names.base} = ${names.slot} * ${strideOf(shape)};`;
}

function ownLanes(shape: GroupedShape, wide: boolean): number[] {
  const { lanes } = layoutOf(shape);
  return [...lanes.keys()].filter(k => !isCell(lanes[k], wide));
}

/** Names the state's arrays, out of what text calls `from`, where they are not replaced meanwhile. */
export function stateConstants(shape: GroupedShape, wide: boolean, from: string, names = HERE): string {
  const own = ownLanes(shape, wide).map(k => `, ${names.lane}${k} = ${from}.lanes[${k}]`);
  return `const ${names.cells} = ${from}.cells${own.join('')};`;
}

/** Declares the state's arrays. */
export function stateVariables(shape: GroupedShape, wide: boolean, names = HERE): string {
  return [names.cells, ...ownLanes(shape, wide).map(k => `${names.lane}${k}`)].join(', ');
}

/** Assigns the state's arrays, out of what text calls `from`. */
export function loadStateText(shape: GroupedShape, wide: boolean, from: string, names = HERE): string {
  return [
    `${names.cells} = ${from}.cells;`,
    ...ownLanes(shape, wide).map(k => `${names.lane}${k} = ${from}.lanes[${k}];`),
  ].join(' ');
}

/** Empties a group's numbers; objects are made anew by whoever gives the slot. */
export function emptyText(shape: GroupedShape, wide: boolean): string {
  return layoutOf(shape)
    .lanes.map((lane, k) => {
      if (lane.lane === 'object') return '';
      const init = isCell(lane, wide) ? lane.init : `${wideInit(lane.init)}n`;
      return `${laneText(shape, k, wide)} = ${init};`;
    })
    .join(' ');
}

const WIDE_MAX = (1n << 63n) - 1n;
const WIDE_MIN = -(1n << 63n);

/** A safe integer as a BigInt; infinities as far as int64 goes. */
export function wideInit(value: number): bigint {
  if (value === Infinity) return WIDE_MAX;
  return value === -Infinity ? WIDE_MIN : BigInt(value);
}

/** Copies the other group's state to this one's. */
export function copyText(shape: GroupedShape, wide: boolean): string {
  return layoutOf(shape)
    .lanes.map((_, k) => `${laneText(shape, k, wide)} = ${laneText(shape, k, wide, OTHER)};`)
    .join(' ');
}
