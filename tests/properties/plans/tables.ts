import {
  BOOLEAN,
  DATE,
  decimalType,
  FLOAT64,
  INT32,
  INT64,
  STRING,
  timestampType,
} from '../../../engine/src/columns/types.js';
import type { DataType, Field, TimeUnit } from '../../../engine/src/columns/types.js';
import type { Value } from '../../../engine/src/columns/values.js';
import type { Random } from '../random.js';

/** A table of random rows in order of arrival, and what its event time is. */
export interface RandomTable {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly Value[])[];
  readonly time: string;
  readonly sequence: string | null;
  /** How large its numbers are at most, but for infinities: sums of them are wrong in the last digit of the largest. */
  readonly largest: number;
}

/** One second of event time in ticks of each unit. */
export const SECOND: Record<TimeUnit, bigint> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };

const STRINGS = [
  'a',
  'b',
  'B',
  '',
  ' a ',
  '__proto__',
  'constructor',
  'ü',
  'ｾ',
  '\u{1f600}',
  "it's",
  'a%_b',
  '12',
  '-7',
  '1e3',
  'true',
];
const FLOATS = [0, -0, 1, -1, 0.5, -2.5, 1e-3, 3.25, 100.75, -99.5, 12.125, NaN, Infinity, -Infinity];
const INT32S = [0, 1, -1, 2, 3, 7, -8, 40, 1000, 2 ** 31 - 1, -(2 ** 31)];
const INT64S = [
  0n,
  1n,
  -1n,
  5n,
  -12n,
  99n,
  2n ** 53n,
  -(2n ** 53n) - 1n,
  2n ** 62n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];
/** The part of a pool that is of ordinary size: sums and products of these leave no type. */
const ORDINARY_FLOATS = 11;
const ORDINARY_INT32 = 9;
const ORDINARY_INT64 = 6;
/** Sums of what is of ordinary size are not larger than this by much. */
const ORDINARY_LARGEST = 1e4;
const DECIMAL = decimalType(12, 2);

/** How unruly a table's values are. */
interface Temper {
  /** Whether NaN, infinities and integers at the ends of their types come up. */
  readonly extreme: boolean;
  readonly nulls: number;
}

function valueOf(random: Random, type: DataType, temper: Temper): Value {
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.5);
    case 'int32':
      return random.pick(temper.extreme ? INT32S : INT32S.slice(0, ORDINARY_INT32));
    case 'int64':
      return random.pick(temper.extreme ? INT64S : INT64S.slice(0, ORDINARY_INT64));
    case 'float64':
      return random.pick(temper.extreme ? FLOATS : FLOATS.slice(0, ORDINARY_FLOATS));
    case 'decimal':
      return BigInt(random.below(200_000) - 100_000);
    case 'date':
      return random.below(40_000) - 10_000;
    case 'timestamp':
      return BigInt(random.below(4_000_000) - 1_000_000) * SECOND[type.unit] * 997n + BigInt(random.below(3));
    default:
      return random.pick(STRINGS);
  }
}

/**
 * A random table: an event time out of order, with ties, a sequence column with ties, and a column of each type;
 * now and then empty.
 */
export function randomTable(random: Random, name: string): RandomTable {
  const unit = random.pick(['s', 'ms', 'us', 'ns'] as const);
  const temper = { extreme: random.chance(0.35), nulls: random.pick([0, 0.1, 0.4]) };
  const types: readonly [string, DataType][] = [
    ['flag', BOOLEAN],
    ['small', INT32],
    ['large', INT64],
    ['price', FLOAT64],
    ['ratio', FLOAT64],
    ['symbol', STRING],
    ['odd "name"', STRING],
    ['day', DATE],
    ['at', timestampType(random.pick(['s', 'ms', 'us', 'ns'] as const))],
    ['amount', DECIMAL],
  ];
  const fields: Field[] = [
    { name: 'ts', type: timestampType(unit), nullable: false },
    { name: 'seq', type: INT64, nullable: false },
    ...types.map(([column, type]) => ({ name: column, type, nullable: random.chance(0.6) })),
  ];
  const count = random.chance(0.06) ? 0 : 1 + random.below(random.chance(0.2) ? 200 : 40);
  let clock = BigInt(random.below(2_000)) - 1000n;
  const rows = Array.from({ length: count }, () => {
    clock += BigInt(random.chance(0.3) ? 0 : random.below(9));
    const seconds = clock - BigInt(random.chance(0.4) ? random.below(20) : 0);
    const fraction = unit !== 's' && random.chance(0.5) ? BigInt(random.below(Number(SECOND[unit]))) : 0n;
    const time = seconds * SECOND[unit] + fraction;
    return [
      time,
      BigInt(random.below(4)),
      ...fields.slice(2).map(field => {
        if (field.nullable && random.chance(temper.nulls)) return null;
        return valueOf(random, field.type, temper);
      }),
    ];
  });
  const sequence = random.chance(0.6) ? 'seq' : null;
  return { name, fields, rows, time: 'ts', sequence, largest: temper.extreme ? 2 ** 63 : ORDINARY_LARGEST };
}
