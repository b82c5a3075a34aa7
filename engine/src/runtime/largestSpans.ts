import type { EventTime } from '../columns/time.js';

/** A span of time, and how much it counts. */
export interface Span {
  readonly fromUs: EventTime;
  readonly toUs: EventTime;
  readonly size: number;
}

/**
 * The largest spans of many, at most so many of them; of equal ones the earliest. Which they are does not depend on the order in which they were added. The least
 * of them is at the top of a heap, so that adding one costs the logarithm of how many are kept.
 */
export class LargestSpans {
  readonly #kept: Span[] = [];
  /** Of all that were added. */
  total = 0;
  added = 0;

  constructor(readonly most: number) {}

  /** Only what is larger than this is kept. */
  get threshold(): number {
    return this.#kept.length < this.most ? 0 : this.#kept[0].size;
  }

  get isFull(): boolean {
    return this.#kept.length === this.most;
  }

  add(span: Span): void {
    this.added++;
    this.total += span.size;
    const kept = this.#kept;
    if (kept.length < this.most) {
      kept.push(span);
      this.#rise(kept.length - 1);
    } else if (isLess(kept[0], span)) {
      kept[0] = span;
      this.#sink();
    }
  }

  /** Those that are kept, in the order of time. */
  get spans(): readonly Span[] {
    return [...this.#kept].sort((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs);
  }

  #rise(at: number): void {
    const kept = this.#kept;
    const span = kept[at];
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isLess(span, kept[above])) break;
      kept[at] = kept[above];
      at = above;
    }
    kept[at] = span;
  }

  #sink(): void {
    const kept = this.#kept;
    const span = kept[0];
    let at = 0;
    for (let below = 1; below < kept.length; below = 2 * at + 1) {
      if (below + 1 < kept.length && isLess(kept[below + 1], kept[below])) below++;
      if (!isLess(kept[below], span)) break;
      kept[at] = kept[below];
      at = below;
    }
    kept[at] = span;
  }
}

/** Of equal ones the later counts less. */
function isLess(a: Span, b: Span): boolean {
  return a.size < b.size || (a.size === b.size && a.fromUs > b.fromUs);
}
