import { FLOAT64, INT64, STRING, timestampType } from '../columns/types.js';
import { disorderOption, DisturbedRows, shareOption } from './disturbed.js';
import { SourceError } from './error.js';
import { openMade } from './madeRows.js';
import type { MadeColumn, MadeLane, MadeSource, RowMaker } from './madeRows.js';
import { namesOption, spanOption, startOption } from './madeStart.js';
import { numberOption } from './options.js';
import type { Options } from './options.js';
import { seededNormal, seededRandom } from './random.js';
import type { SourceConnector } from './source.js';
import { wave } from './wave.js';

const HOUR = 3600e6;

interface SensorShape {
  readonly seed: number;
  readonly devices: number;
  readonly startUs: number;
  readonly intervalUs: number;
  readonly steps: number;
  readonly noise: number;
  readonly drift: number;
  readonly stuck: number;
  readonly dropouts: number;
}

/**
 * Made-up readings of devices, the same for the same options: `ts` (timestamp('us'), in order), `device`, `sequence` (int64, counted by device from 0), `value`.
 *
 * | option | default | |
 * |---|---|---|
 * | `seed` | 1 | another seed is other readings |
 * | `devices` | 10 | how many, or their names |
 * | `rate` | 1 | readings of a device in a second |
 * | `start`, `duration` | '2024-01-01', '1 h' | when they are made |
 * | `noise` | 0.2 | the standard deviation of a reading |
 * | `drift` | 0.5 | how far a device goes wrong in an hour, at most |
 * | `stuck`, `dropouts` | 0.0002 | the share of readings at which a device begins to repeat its value, or to say nothing |
 * | `duplicates` | 0 | the share of rows that come twice |
 * | `disorder` | in order | `{ rate, delay }`: the share of rows that come late, by how much at most |
 */
export const sensorsConnector: SourceConnector = {
  name: 'sensors',
  open(request) {
    return Promise.resolve().then(() => openMade(sensors(request.options), request));
  },
};

function sensors(options: Options): MadeSource {
  const seed = numberOption(options, 'seed', 1);
  const devices = namesOption(options, 'devices', 10, i => `D${String(i).padStart(4, '0')}`);
  const rate = numberOption(options, 'rate', 1);
  const intervalUs = 1e6 / rate;
  if (!(intervalUs >= devices.length && Number.isFinite(intervalUs))) {
    throw new SourceError(
      'MR3957',
      `${devices.length} devices with ${rate} readings a second each cannot be told apart by microseconds.`,
      'The readings of all devices together are more than 0 and at most 1,000,000 a second.',
    );
  }
  const durationUs = spanOption(options, 'duration', '1 h');
  const shape: SensorShape = {
    seed,
    devices: devices.length,
    startUs: startOption(options, '2024-01-01'),
    intervalUs,
    steps: Math.floor(durationUs / intervalUs),
    noise: numberOption(options, 'noise', 0.2),
    drift: numberOption(options, 'drift', 0.5),
    stuck: shareOption(options, 'stuck', 0.0002),
    dropouts: shareOption(options, 'dropouts', 0.0002),
  };
  const columns: readonly MadeColumn[] = [
    { field: { name: 'ts', type: timestampType('us'), nullable: false } },
    { field: { name: 'device', type: STRING, nullable: false }, texts: devices },
    { field: { name: 'sequence', type: INT64, nullable: false } },
    { field: { name: 'value', type: FLOAT64, nullable: false } },
  ];
  const disorder = disorderOption(options);
  const repeatRate = shareOption(options, 'duplicates', 0);
  const disturbance = { seed, spoilRate: 0, spoils: [], repeatRate, ...disorder };
  return {
    label: 'the sensors',
    columns,
    seed,
    rows: shape.dropouts + repeatRate === 0 ? shape.steps * shape.devices : null,
    firstTime: shape.startUs,
    lastTime: shape.startUs + durationUs,
    disorderUs: disorder.delayUs,
    maker: () =>
      disorder.lateRate + repeatRate > 0
        ? new DisturbedRows(new SensorRows(shape), columns, disturbance)
        : new SensorRows(shape),
  };
}

/** Devices that measure one cycle of ten minutes, each from its own level. Faults are drawn apart, so that the same readings can be had without. */
class SensorRows implements RowMaker {
  readonly #random: () => number;
  readonly #normal: () => number;
  readonly #faults: () => number;
  readonly #level: Float64Array;
  readonly #drift: Float64Array;
  readonly #last: Float64Array;
  /** Of each device: for how many readings it still repeats its value, and says nothing. */
  readonly #stuck: Int32Array;
  readonly #silent: Int32Array;
  #step = 0;
  #device = 0;

  constructor(private readonly shape: SensorShape) {
    const random = seededRandom(shape.seed);
    const { devices } = shape;
    this.#random = random;
    this.#normal = seededNormal(random);
    this.#faults = seededRandom(shape.seed + 0xfa);
    this.#level = Float64Array.from({ length: devices }, () => 15 + 10 * random());
    this.#drift = Float64Array.from({ length: devices }, () => shape.drift * (2 * random() - 1));
    this.#last = new Float64Array(devices);
    this.#stuck = new Int32Array(devices);
    this.#silent = new Int32Array(devices);
  }

  make(count: number, lanes: readonly MadeLane[]): number {
    const { devices, steps } = this.shape;
    let made = 0;
    while (made < count && this.#step < steps) {
      if (this.#measure(made, lanes)) made++;
      if (++this.#device < devices) continue;
      this.#device = 0;
      this.#step++;
    }
    return made;
  }

  /** Puts a device's reading into a row; false where it says nothing. */
  #measure(row: number, [ts, device, sequence, value]: readonly MadeLane[]): boolean {
    const { startUs, intervalUs, devices, noise, stuck, dropouts } = this.shape;
    const at = this.#device;
    // Devices measure one after the other, none at an even pace.
    const place = this.#step + (at + 0.9 * this.#random()) / devices;
    const elapsed = Math.floor(place * intervalUs);
    const measured =
      this.#level[at] +
      3 * wave(elapsed / 600e6 + at / devices) +
      this.#drift[at] * (elapsed / HOUR) +
      noise * this.#normal();
    if (this.#stuck[at] > 0) this.#stuck[at]--;
    else {
      this.#last[at] = Math.round(measured * 1000) / 1000;
      if (stuck > 0 && this.#faults() < stuck) this.#stuck[at] = 10 + Math.floor(90 * this.#faults());
    }
    if (this.#silent[at] > 0) {
      this.#silent[at]--;
      return false;
    }
    if (dropouts > 0 && this.#faults() < dropouts) {
      this.#silent[at] = 1 + Math.floor(20 * this.#faults());
      return false;
    }
    ts.data[row] = startUs + elapsed;
    device.data[row] = at;
    sequence.data[row] = this.#step;
    value.data[row] = this.#last[at];
    return true;
  }
}
