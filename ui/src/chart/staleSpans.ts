/** From where to where along the x axis, in its units. */
type XSpan = readonly [from: number, to: number];

/** So many parts are kept; of more than that drawing all costs less. */
const MOST = 64;

/** Where along the x axis lines are other than they were drawn. */
export class StaleSpans {
  private spans: [from: number, to: number][] = [];
  private isEverywhere = true;

  add(from: number, to: number): void {
    if (this.isEverywhere) return;
    // Points that go or come together are neighbours.
    const last = this.spans.at(-1);
    if (last !== undefined && from <= last[1] && to >= last[0]) {
      last[0] = Math.min(last[0], from);
      last[1] = Math.max(last[1], to);
    } else if (this.spans.length < MOST) this.spans.push([from, to]);
    else this.addAll();
  }

  addAll(): void {
    this.isEverywhere = true;
    this.spans = [];
  }

  /** Begins anew. @returns the parts, in no order, which may overlap; null where all is to be drawn. */
  take(): readonly XSpan[] | null {
    const { spans, isEverywhere } = this;
    this.spans = [];
    this.isEverywhere = false;
    return isEverywhere ? null : spans;
  }
}
