/** So far back is looked, and so often a sample is kept. */
const SPAN_MS = 6000;
const SAMPLE_MS = 200;

interface Sample {
  readonly atMs: number;
  readonly count: number;
}

/** How fast counts grow, by what counts them: from samples that are taken while somebody looks, so that it costs nothing else. */
export class Rates {
  readonly #samples = new WeakMap<object, Sample[]>();

  /** How much a second the count has grown over the last seconds; null at the first look. A count that has gone down begins anew. */
  of(counted: object, count: number, nowMs: number): number | null {
    let samples = this.#samples.get(counted);
    if (samples === undefined || (samples.at(-1)?.count ?? 0) > count)
      this.#samples.set(counted, (samples = []));
    while (samples.length > 1 && samples[1].atMs <= nowMs - SPAN_MS) samples.shift();
    const newest = samples.at(-1);
    if (newest === undefined || nowMs - newest.atMs >= SAMPLE_MS) samples.push({ atMs: nowMs, count });
    const [oldest] = samples;
    return nowMs - oldest.atMs < SAMPLE_MS ? null : ((count - oldest.count) * 1000) / (nowMs - oldest.atMs);
  }
}
