import { FLOAT64, STRING, timestampType } from '../columns/types.js';
import { disorderOption, DisturbedRows, shareOption } from './disturbed.js';
import { openMade } from './madeRows.js';
import type { MadeColumn, MadeLane, MadeSource, RowMaker } from './madeRows.js';
import { namesOption, spanOption, startOption } from './madeStart.js';
import { numberOption } from './options.js';
import type { Options } from './options.js';
import { seededNormal, seededRandom } from './random.js';
import type { SourceConnector } from './source.js';
import { wave } from './wave.js';

const DAY = 86_400e6;
const YEAR = 365.2425 * DAY;
const HOUR = 3600e6;
const NAMES = ['EWR', 'JFK', 'LGA', 'SEA', 'BOS', 'ORD', 'SFO', 'DEN', 'ATL', 'MIA'];

interface WeatherShape {
  readonly seed: number;
  readonly stations: number;
  readonly startUs: number;
  readonly steps: number;
  readonly everyUs: number;
  readonly gaps: number;
  readonly missing: number;
}

/**
 * Made-up weather, the same for the same options: `ts` (timestamp('us')), `station`, `temperature` (°C), `humidity` (%), `pressure` (hPa), `wind` (m/s); the
 * measurements may be NULL. In order of time, then as the stations were named.
 *
 * | option | default | |
 * |---|---|---|
 * | `seed` | 1 | another seed is other weather |
 * | `stations` | 3 | how many, or their names |
 * | `start`, `days`, `every` | '2024-01-01', 365, '1 h' | when it is measured |
 * | `gaps` | 0.01 | the share of rows that are missing, hours in a row |
 * | `missing` | 0.005 | the share of measurements that are NULL |
 * | `disorder` | in order | `{ rate, delay }`: the share of rows that come late, by how much at most |
 */
export const weatherConnector: SourceConnector = {
  name: 'weather',
  open(request) {
    return Promise.resolve().then(() => openMade(weather(request.options), request));
  },
};

function weather(options: Options): MadeSource {
  const seed = numberOption(options, 'seed', 1);
  const stations = namesOption(options, 'stations', 3, i => NAMES[i] ?? `ST${String(i).padStart(3, '0')}`);
  const everyUs = spanOption(options, 'every', '1 h');
  const shape: WeatherShape = {
    seed,
    stations: stations.length,
    startUs: startOption(options, '2024-01-01'),
    steps: Math.floor((numberOption(options, 'days', 365) * DAY) / everyUs),
    everyUs,
    gaps: shareOption(options, 'gaps', 0.01),
    missing: shareOption(options, 'missing', 0.005),
  };
  const columns: readonly MadeColumn[] = [
    { field: { name: 'ts', type: timestampType('us'), nullable: false } },
    { field: { name: 'station', type: STRING, nullable: false }, texts: stations },
    ...['temperature', 'humidity', 'pressure', 'wind'].map(name => ({
      field: { name, type: FLOAT64, nullable: true },
    })),
  ];
  const disorder = disorderOption(options);
  const disturbance = { seed, spoilRate: 0, spoils: [], repeatRate: 0, ...disorder };
  return {
    label: 'the weather',
    columns,
    seed,
    rows: shape.gaps === 0 ? shape.steps * shape.stations : null,
    firstTime: shape.startUs,
    lastTime: shape.startUs + Math.max(0, shape.steps - 1) * everyUs,
    disorderUs: disorder.delayUs,
    maker: () =>
      disorder.lateRate > 0
        ? new DisturbedRows(new WeatherRows(shape), columns, disturbance)
        : new WeatherRows(shape),
  };
}

/** Weather that comes over all stations, with what each has of its own. What fails is drawn apart, so that the same weather can be had without. */
class WeatherRows implements RowMaker {
  readonly #normal: () => number;
  readonly #faults: () => number;
  /** Of each station: how much warmer it is, and how long it still says nothing. */
  readonly #warmer: Float64Array;
  readonly #own: Float64Array;
  readonly #silent: Int32Array;
  /** How much of the weather stays from one time to the next, and how much comes new. */
  readonly #kept: number;
  readonly #new: number;
  #front = 0;
  #pressure = 0;
  #gust = 0;
  #step = 0;
  #station = 0;

  constructor(private readonly shape: WeatherShape) {
    const random = seededRandom(shape.seed);
    this.#normal = seededNormal(random);
    this.#faults = seededRandom(shape.seed + 0xfa);
    this.#warmer = Float64Array.from({ length: shape.stations }, () => 8 * random() - 4);
    this.#own = new Float64Array(shape.stations);
    this.#silent = new Int32Array(shape.stations);
    // Weather lasts about two days.
    this.#kept = Math.max(0, 1 - shape.everyUs / (2 * DAY));
    this.#new = Math.sqrt(1 - this.#kept * this.#kept);
  }

  make(count: number, lanes: readonly MadeLane[]): number {
    const { stations, steps } = this.shape;
    let made = 0;
    while (made < count && this.#step < steps) {
      if (this.#station === 0) this.#nextStep();
      if (this.#measure(made, lanes)) made++;
      if (++this.#station < stations) continue;
      this.#station = 0;
      this.#step++;
    }
    return made;
  }

  #nextStep(): void {
    this.#front = this.#kept * this.#front + this.#new * this.#normal();
    this.#pressure = this.#kept * this.#pressure + this.#new * this.#normal();
    this.#gust = 0.7 * this.#gust + 0.7 * this.#normal();
  }

  /** Puts a station's measurement into a row; false where it is missing. */
  #measure(row: number, [ts, station, ...values]: readonly MadeLane[]): boolean {
    const at = this.#station;
    const time = this.shape.startUs + this.#step * this.shape.everyUs;
    const own = (this.#own[at] = 0.9 * this.#own[at] + 0.4 * this.#normal());
    // Coldest in the middle of January and before sunrise; the day's cycle is at its height at three in the afternoon.
    const season = wave(time / YEAR - 0.29);
    const hour = wave(time / DAY - 9 / 24);
    const temperature =
      11 + this.#warmer[at] + 11 * season + (3 + 1.5 * season) * hour + 4 * this.#front + own;
    const humidity = clamp(68 - 14 * hour - 6 * this.#front + 8 * -this.#pressure + 3 * own, 5, 100);
    const pressure = 1015 + 8 * this.#pressure + 0.4 * own;
    const wind = Math.max(0, 4 + 1.2 * hour - 1.5 * this.#pressure + 1.5 * this.#gust + 0.5 * own);
    if (this.#isMissing(at)) return false;
    ts.data[row] = time;
    station.data[row] = at;
    put(values[0], row, temperature, 10);
    put(values[1], row, humidity, 1);
    put(values[2], row, pressure, 10);
    put(values[3], row, wind, 10);
    for (const { valid } of values) if (this.#faults() < this.shape.missing) (valid as Uint8Array)[row] = 0;
    return true;
  }

  /** Whether a station says nothing now: once it does, for up to six hours. */
  #isMissing(station: number): boolean {
    if (this.#silent[station] > 0) {
      this.#silent[station]--;
      return true;
    }
    const { gaps, everyUs } = this.shape;
    if (gaps === 0) return false;
    if (gaps === 1) return true;
    const longest = Math.max(1, Math.floor((6 * HOUR) / everyUs));
    const mean = (1 + longest) / 2;
    if (this.#faults() >= gaps / (gaps + mean * (1 - gaps))) return false;
    this.#silent[station] = Math.floor(this.#faults() * longest);
    return true;
  }
}

function put({ data, valid }: MadeLane, row: number, value: number, scale: number): void {
  data[row] = Math.round(value * scale) / scale;
  (valid as Uint8Array)[row] = 1;
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
