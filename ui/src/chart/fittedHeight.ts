import { CHILD_LISTS, objectOf, type VegaLiteSpec } from '@millrace/protocol';

type Json = Readonly<Record<string, unknown>>;

/** Vega-Lite's own heights, where a spec names none. */
const CONTINUOUS = 300;
const STEP = 20;
const MOST_DEPTH = 20;

/** Makes a chart as tall as there is room for, where it has the whole screen: what is drawn grows with its plots, axes and titles stay as they are. */
export class FittedHeight {
  /** Pixels that it has; 0: as tall as it is by itself. */
  room = 0;
  private factor = 1;
  /** For which room and width the factor is. */
  private known = '';

  /** Whether a chart as it is now is drawn otherwise. */
  get isOn(): boolean {
    return this.room > 0;
  }

  /** A spec whose plots are as many times as tall. */
  scaled(spec: VegaLiteSpec): VegaLiteSpec {
    return this.isOn && this.factor !== 1 ? scaledSpec(spec, this.factor) : spec;
  }

  /**
   * Builds, and builds again until it fits.
   *
   * @param build draws, and says how tall it has become
   */
  async fit(width: number, build: () => Promise<number>): Promise<void> {
    const asked = `${this.room}/${width}`;
    if (!this.isOn || asked === this.known) {
      await build();
      return;
    }
    this.known = asked;
    this.factor = 1;
    const plain = await build();
    if (plain <= 0 || plain >= this.room) return;
    // Two heights tell how much of it grows.
    const first = this.room / plain;
    this.factor = first;
    const grown = (await build()) - plain;
    if (grown <= 0) return;
    const factor = 1 + ((this.room - plain) * (first - 1)) / grown;
    if (Math.abs(factor - first) * plain < 1) return;
    this.factor = factor;
    await build();
  }
}

function scaledSpec(spec: VegaLiteSpec, factor: number): VegaLiteSpec {
  const config = objectOf(spec.config);
  const view = objectOf(config.view);
  return {
    ...scaledPart(spec, factor, 0),
    config: {
      ...config,
      view: {
        ...view,
        continuousHeight: Math.round(numberOf(view.continuousHeight, CONTINUOUS) * factor),
        discreteHeight: { step: STEP * factor, ...objectOf(view.discreteHeight) },
      },
    },
  };
}

function scaledPart(part: Json, factor: number, depth: number): Json {
  if (depth > MOST_DEPTH) return part;
  const scaled: Record<string, unknown> = { ...part };
  const { height } = part;
  if (typeof height === 'number') scaled.height = Math.round(height * factor);
  else if (typeof objectOf(height).step === 'number')
    scaled.height = { ...objectOf(height), step: numberOf(objectOf(height).step, STEP) * factor };
  for (const list of CHILD_LISTS) {
    const children = part[list];
    if (Array.isArray(children))
      scaled[list] = children.map((child: unknown) => scaledPart(objectOf(child), factor, depth + 1));
  }
  if (part.spec !== undefined) scaled.spec = scaledPart(objectOf(part.spec), factor, depth + 1);
  return scaled;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
