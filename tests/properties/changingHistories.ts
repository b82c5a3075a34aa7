import type { Batch } from '../../engine/src/columns/batch.js';
import { batchOf, makeHistory, type HistoryRow } from './histories.js';
import type { Random } from './random.js';

/** A row that comes or goes, with the watermark in force after it, and the row that it is: one that goes is the one that came. */
export interface RowChange {
  readonly kind: 0 | 1 | 2 | 3;
  readonly row: HistoryRow;
  readonly of: HistoryRow;
}

/** What is one change: a row, or the two of an update. */
export type Unit = readonly RowChange[];

/** How an input changes. */
interface ChangingOptions {
  /** Whether there are watermarks, so that rows come too late and windows end. */
  readonly marked: boolean;
  readonly wide: boolean;
  /** Whether no two rows that differ are alike in their order. */
  readonly ordered: boolean;
}

/** A random history of rows that come, go, and take the places of others. */
export function makeChanges(random: Random, count: number, options: ChangingOptions): Unit[] {
  const boundUs = random.pick([0, 5, 20, 60]);
  const rows = makeHistory(random, count, { boundUs, wide: options.wide });
  const units: Unit[] = [];
  let alive: HistoryRow[] = [];
  let mark = -Infinity;
  const change = (kind: RowChange['kind'], of: HistoryRow, after = mark): RowChange => {
    if (options.marked) mark = Math.max(mark, after);
    return { kind, row: { ...of, mark }, of };
  };
  rows.forEach((made, at) => {
    const row = options.ordered ? { ...made, seq: BigInt(at) } : made;
    const recent = random.chance(0.8) ? alive.slice(-12) : alive;
    const chosen = recent.length > 0 && random.chance(0.45) ? random.pick(recent) : null;
    if (chosen !== null && random.chance(0.4)) {
      // The value alone is another one, or the time as well.
      const next = random.chance(0.5) ? { ...row, time: chosen.time } : row;
      const other = { ...next, symbol: random.chance(0.7) ? chosen.symbol : next.symbol };
      units.push([change(1, chosen, random.chance(0.2) ? made.mark : mark), change(2, other, made.mark)]);
      alive = [...alive.filter(each => each !== chosen), other];
      return;
    }
    if (chosen !== null) {
      units.push([change(3, chosen)]);
      alive = alive.filter(each => each !== chosen);
    }
    if (at % 9 === 8) return;
    // Now and then one more that is like another in everything.
    const next = recent.length > 0 && random.chance(0.1) ? { ...random.pick(recent) } : row;
    units.push([change(0, next, made.mark)]);
    alive.push(next);
  });
  return units;
}

/** The opposite of all that is left of a history. */
export function opposite(random: Random, units: readonly Unit[]): Unit[] {
  const left = new Set<HistoryRow>();
  for (const { kind, of } of units.flat())
    if ((kind & 1) === 1) left.delete(of);
    else left.add(of);
  return [...left]
    .map(of => ({ of, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ of }): Unit => [{ kind: 3, row: { ...of, mark: -Infinity }, of }]);
}

/** Cuts a history at random places; an update stays whole. */
export function cutUnits(random: Random, units: readonly Unit[]): Unit[][] {
  const pieces: Unit[][] = [];
  for (let from = 0; from < units.length;) {
    const to = Math.min(units.length, from + 1 + random.below(random.chance(0.2) ? 60 : 12));
    pieces.push(units.slice(from, to));
    from = to;
  }
  return pieces;
}

export function batchOfUnits(units: readonly Unit[]): Batch {
  const changes = units.flat();
  return batchOf(
    changes.map(({ row }) => row),
    Uint8Array.from(changes, ({ kind }) => kind),
  );
}
