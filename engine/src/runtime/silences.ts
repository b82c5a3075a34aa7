import type { EventTime } from '../columns/time.js';
import type { Span } from './largestSpans.js';

/** A silence is told that is at least one part in so many of the whole span: a shorter one could not be seen. */
const PART = 200;
/** It is so many times as long as rows usually lie apart: of rows that come by chance one in a hundred million is. */
const TIMES_USUAL = 20;
/** It is so many times as long as all that are not told: what is merely the longest of many alike is none. */
const TIMES_NEXT = 3;
/** Of fewer rows nobody can say what is usual. */
const LEAST_ROWS = 10;

/**
 * The spans without rows that are much longer than usual, such as nights between days of trading: each is at least a two-hundredth of the whole span, twenty times as
 * long as rows lie apart on average outside of those that are as long or longer, and three times as long as every span without rows that is not told.
 *
 * @param spans the longest ones that there are, in the order of time
 * @param areAll whether they are all that there are
 * @param rows how many rows lie in the whole span
 */
export function unusualSilences(
  spans: readonly Span[],
  areAll: boolean,
  rows: number,
  wholeUs: number,
): readonly Span[] {
  if (rows < LEAST_ROWS) return [];
  const longest = [...spans].sort((a, b) => b.size - a.size || a.fromUs - b.fromUs);
  let told = 0;
  let rest = wholeUs;
  for (const [i, { size }] of longest.entries()) {
    rest -= size;
    const usual = Math.max(0, rest) / Math.max(1, rows - 2 - i);
    if (size < wholeUs / PART || size < TIMES_USUAL * usual) break;
    const next = i + 1 < longest.length ? longest[i + 1].size : areAll ? 0 : usual;
    if (size >= TIMES_NEXT * next) told = i + 1;
  }
  return longest.slice(0, told).sort((a, b) => a.fromUs - b.fromUs);
}

/** The spans that lie in one of each, in the order of time. Both are, and neither's overlap each other. */
export function commonSpans(one: readonly Span[], other: readonly Span[]): readonly Span[] {
  const common: Span[] = [];
  let at = 0;
  for (const { fromUs, toUs } of one) {
    while (at < other.length && other[at].toUs <= fromUs) at++;
    for (let next = at; next < other.length && other[next].fromUs < toUs; next++) {
      const from: EventTime = Math.max(fromUs, other[next].fromUs);
      const to: EventTime = Math.min(toUs, other[next].toUs);
      if (to > from) common.push({ fromUs: from, toUs: to, size: to - from });
    }
  }
  return common;
}
