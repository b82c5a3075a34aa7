import type { GroupIndex } from './groupIndex.js';

/**
 * When groups are counted: not below `least`, and then when there are `growth` times as many as were left. Tests set both low, so that every
 * few rows are followed by a count.
 */
export const CENSUS_LIMITS = { least: 4096, growth: 2 };

/** Up to so many rows nobody looks for those that can be given up. Where groups are counted at once, rows are looked at at once. */
export function leastRows(): number {
  return CENSUS_LIMITS.least * 8;
}

/** At how many rows it is time to look again for those that can be given up, where looking costs as much as there are rows and keys. */
export function nextLook(rows: number, keys: number): number {
  const { growth } = CENSUS_LIMITS;
  return Math.max(leastRows(), growth * rows, rows + (growth - 1) * keys);
}

/** Groups that have new numbers: those that were kept, in the order of their old ones. */
export interface Renumbering {
  /** The old number of each new one, ascending. */
  readonly kept: Int32Array;
  /** The new number of each old one, -1 where the group is gone. */
  readonly numberOf: Int32Array;
}

/**
 * Gives up the numbers of groups that hold nothing any more. A count costs as much as there are groups and state, so it is taken only
 * when the groups have doubled since the last: that is a constant cost for each new group, never one for each batch, and there are
 * at most twice as many numbers as there were groups alive.
 */
export class GroupCensus {
  #next = CENSUS_LIMITS.least;

  /** @param mark sets the element of each group that still holds something */
  constructor(readonly mark: (holds: Uint8Array) => void) {}

  /** Counts if it is time. The new numbers, which the index has taken already; null where nothing is given up. */
  take(groups: GroupIndex): Renumbering | null {
    const { size } = groups;
    if (size < this.#next) return null;
    const holds = new Uint8Array(size);
    this.mark(holds);
    const renumbering = renumberingOf(holds);
    const left = renumbering.kept.length;
    this.#next = Math.max(CENSUS_LIMITS.least, CENSUS_LIMITS.growth * left);
    if (left === size) return null;
    groups.keepOnly(renumbering.kept);
    return renumbering;
  }
}

function renumberingOf(holds: Uint8Array): Renumbering {
  const kept = new Int32Array(holds.length);
  const numberOf = new Int32Array(holds.length);
  let count = 0;
  for (let group = 0; group < holds.length; group++) {
    const stays = holds[group] === 1;
    numberOf[group] = stays ? count : -1;
    if (stays) kept[count++] = group;
  }
  return { kept: kept.subarray(0, count), numberOf };
}
