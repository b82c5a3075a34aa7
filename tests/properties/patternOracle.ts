import type { Value } from '../../engine/src/columns/values.js';
import type { MatchPatternNode, PatternTerm } from '../../engine/src/plan/nodes/matchPattern.js';
import type { HistoryRow } from './histories.js';
import { keyText } from './reference.js';

/** A row of a match, with its label. */
export interface Labelled {
  readonly row: HistoryRow;
  readonly label: string;
}

/** Whether the last row of a path may have its label there. */
export type Truth = (path: readonly Labelled[]) => boolean;
export type Measure = (path: readonly Labelled[]) => Value;

/** A case that takes the oracle too long: patterns over earlier rows are tried in every way. */
export class TooLong extends Error {}
/** Where the oracle cannot go on after a match. */
export class CannotSkip extends Error {}

type Next = (at: number, path: readonly Labelled[]) => readonly Labelled[] | null;

/** The first match in the order of preference that begins at a row: plain backtracking over all rows. */
function matchAt(
  rows: readonly HistoryRow[],
  start: number,
  node: MatchPatternNode,
  truths: ReadonlyMap<string, Truth>,
  budget: { left: number },
): readonly Labelled[] | null {
  const walk = (term: PatternTerm, at: number, path: readonly Labelled[], next: Next): ReturnType<Next> => {
    if (budget.left-- <= 0) throw new TooLong();
    switch (term.kind) {
      case 'label': {
        if (at >= rows.length) return null;
        if (node.withinUs !== null && Number(rows[at].time) - Number(rows[start].time) >= node.withinUs)
          return null;
        const longer = [...path, { row: rows[at], label: term.label }];
        return truths.get(term.label)?.(longer) === false ? null : next(at + 1, longer);
      }
      case 'sequence': {
        const part = (k: number, from: number, so: readonly Labelled[]): ReturnType<Next> =>
          k === term.parts.length
            ? next(from, so)
            : walk(term.parts[k], from, so, (to, then) => part(k + 1, to, then));
        return part(0, at, path);
      }
      case 'either': {
        for (const option of term.options) {
          const found = walk(option, at, path, next);
          if (found !== null) return found;
        }
        return null;
      }
      case 'permute': {
        // By definition the alternatives of all orders, those that begin with earlier parts first.
        const options = ordersOf(term.parts).map((parts): PatternTerm => ({ kind: 'sequence', parts }));
        return walk({ kind: 'either', options }, at, path, next);
      }
      case 'repeat': {
        const { part, least, most, reluctant } = term;
        const times = (count: number, from: number, so: readonly Labelled[]): ReturnType<Next> => {
          const again = (): ReturnType<Next> =>
            most !== null && count >= most
              ? null
              : walk(part, from, so, (to, then) =>
                  // A repetition that takes no row is the last one.
                  to === from && count + 1 >= least ? next(to, then) : times(count + 1, to, then),
                );
          if (count < least) return again();
          return reluctant ? (next(from, so) ?? again()) : (again() ?? next(from, so));
        };
        return times(0, at, path);
      }
    }
  };
  return walk(node.pattern, start, [], (_, path) => path);
}

function ordersOf(parts: readonly PatternTerm[]): PatternTerm[][] {
  if (parts.length === 0) return [[]];
  return parts.flatMap((part, at) =>
    ordersOf(parts.filter((_, other) => other !== at)).map(rest => [part, ...rest]),
  );
}

/** The matches of a key's rows, one after the other. */
function matchesOf(
  rows: readonly HistoryRow[],
  node: MatchPatternNode,
  truths: ReadonlyMap<string, Truth>,
): (readonly Labelled[])[] {
  const found: (readonly Labelled[])[] = [];
  const { afterMatch } = node;
  const budget = { left: 200_000 };
  for (let start = 0; start < rows.length;) {
    const path = matchAt(rows, start, node, truths, budget);
    if (path === null) {
      start++;
      continue;
    }
    found.push(path);
    if (afterMatch.to === 'pastLastRow') start += path.length;
    else if (afterMatch.to === 'nextRow') start++;
    else {
      const labels = path.map(({ label }) => label);
      const at =
        afterMatch.to === 'first' ? labels.indexOf(afterMatch.label) : labels.lastIndexOf(afterMatch.label);
      if (at <= 0) throw new CannotSkip();
      start += at;
    }
  }
  return found;
}

/** What a pattern node gives for rows that have arrived, by key: late and untimed rows are dropped. */
export function patternReference(
  node: MatchPatternNode,
  arrived: readonly HistoryRow[],
  truths: ReadonlyMap<string, Truth>,
  measures: readonly Measure[],
): Map<string, (readonly Value[])[]> {
  let mark = -Infinity;
  const kept = arrived.filter(row => {
    const stays = row.time !== null && Number(row.time) >= mark;
    mark = Math.max(mark, row.mark);
    return stays;
  });
  const order = [...kept.keys()].sort(
    (a, b) => Number(kept[a].time! - kept[b].time!) || Number(kept[a].seq - kept[b].seq) || a - b,
  );
  const groups = new Map<string, HistoryRow[]>();
  for (const at of order) {
    const key = keyText(node.keys.map(name => kept[at][name as keyof HistoryRow]));
    groups.set(key, [...(groups.get(key) ?? []), kept[at]]);
  }
  const results = new Map<string, (readonly Value[])[]>();
  for (const [key, rows] of groups) {
    const found = matchesOf(rows, node, truths).map(path => [
      ...measures.map(measure => measure(path)),
      path[path.length - 1].row.time,
    ]);
    if (found.length > 0) results.set(key, found);
  }
  return results;
}
