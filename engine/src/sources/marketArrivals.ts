import { seededNormal } from './random.js';

/** How much of an excitement is left a second later. */
const LEFT = 0.7;

/** How many trades there have been after each second of a day, and what they come from. */
export interface DayOfTrades {
  readonly rows: number;
  readonly seconds: number;
  /** The share of trades that others have brought about; null: bursts that come from outside. */
  readonly clustering: number | null;
  /** Whether trades are possible in a second. */
  readonly isOpen: (second: number) => boolean;
}

/** Spreads the day's trades over its seconds: busy at both ends, and in clusters. */
export function spreadTrades(day: DayOfTrades, random: () => number): Int32Array {
  const { rows, seconds, clustering } = day;
  const weights = clustering === null ? bursts(day, random) : excited(day, clustering, random);
  let total = 0;
  for (let second = 0; second < seconds; second++) total += weights[second];
  const until = new Int32Array(seconds);
  let sum = 0;
  for (let second = 0; second < seconds; second++) {
    sum += weights[second];
    until[second] = Math.round((rows * sum) / total);
  }
  until[seconds - 1] = rows;
  return until;
}

/** Bursts that come from outside now and then, and fade. */
function bursts({ seconds, isOpen }: DayOfTrades, random: () => number): Float64Array {
  const weights = new Float64Array(seconds);
  let burst = 0;
  for (let second = 0; second < seconds; second++) {
    burst *= 0.85;
    if (random() < 0.04) burst += 6 * random() * random();
    const weight = busyness((second + 0.5) / seconds) * (0.4 + burst + 0.4 * random());
    weights[second] = isOpen(second) ? weight : 0;
  }
  return weights;
}

/** A Hawkes process by the second: each trade brings about `clustering` others on average, soon after it. */
function excited(
  { rows, seconds, isOpen }: DayOfTrades,
  clustering: number,
  random: () => number,
): Float64Array {
  const weights = new Float64Array(seconds);
  const normal = seededNormal(random);
  const own = (rows / seconds) * (1 - clustering);
  let excitement = 0;
  for (let second = 0; second < seconds; second++) {
    const count = poisson(own * busyness((second + 0.5) / seconds) + excitement, random, normal);
    const came = isOpen(second) ? count : 0;
    excitement = excitement * LEFT + clustering * (1 - LEFT) * came;
    // So that a day of few trades has a second for each.
    weights[second] = isOpen(second) ? came + 1e-9 : 0;
  }
  return weights;
}

/** How many events there are where `mean` are expected. */
function poisson(mean: number, random: () => number, normal: () => number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const none = falling(mean);
  let count = 0;
  for (let product = random(); product > none; product *= random()) count++;
  return count;
}

/** About e to the power of -x, made by multiplication alone so that no machine rounds it in another way. */
function falling(x: number): number {
  let power = 1 - x / 1_048_576;
  for (let i = 0; i < 20; i++) power *= power;
  return power;
}

/** How busy the market is at a point of the day, from 0 at the opening to 1 at the close: a U with a mean of 1. */
export function busyness(x: number): number {
  const fromNoon = 2 * x - 1;
  return 0.5 + 1.5 * fromNoon * fromNoon;
}
