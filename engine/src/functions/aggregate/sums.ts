import type { AggregateArgument, EmitContext, MergeContext, StateLane, StatePart } from './define.js';
import { isNumeric } from '../../columns/types.js';
import { OverflowError } from './errors.js';

type Lanes = Pick<EmitContext, 'lane'>;

/** A running sum as a part of an aggregate's state. */
export interface SumPart extends StatePart {
  /** The sum as a float64, of the units that are added. */
  number(emit: Lanes): string;
}

/** The sum of one argument: exact for integers and decimals (in units of their last digit), compensated for floats. */
export function sumOf(args: readonly AggregateArgument[], at: number, retracting: boolean): SumPart {
  return args[at].type.kind === 'float64'
    ? floatSum('sum', [at], emit => emit.args[0], retracting)
    : integerSum('sum', [at]);
}

/** Whether values of an argument add up: numbers and durations. */
export function isSummable({ type }: AggregateArgument): boolean {
  return isNumeric(type) || type.kind === 'duration';
}

/** What a decimal's units are divided by to get its value: 1 for other types. */
export function unitsOf({ type }: AggregateArgument): number {
  return type.kind === 'decimal' ? 10 ** type.scale : 1;
}

/**
 * A compensated sum of floats: two lanes, whose sum is right to about twice the precision of a float64 (Neumaier 1974, in the
 * form without branches, Knuth's TwoSum). Where rows may be taken back, infinities and NaN are counted apart (`odd`: all of them), so that they can be too; a
 * sum of no rows is exactly 0 again.
 */
export function floatSum(
  kind: string,
  args: readonly number[],
  valueOf: (emit: EmitContext) => string,
  retracting: boolean,
): SumPart {
  const lanes: StateLane[] = [
    { name: 'high', lane: 'float64', init: 0 },
    { name: 'low', lane: 'float64', init: 0 },
  ];
  const odd = retracting ? ['odd', 'nan', 'up', 'down'] : [];
  for (const name of odd) lanes.push({ name, lane: 'float64', init: 0 });
  const twoSum = (emit: Lanes, value: string): string =>
    `{ const a = ${emit.lane('high')}, b = ${value}, t = a + b, u = t - a; ` +
    `${emit.lane('low')} += (a - (t - u)) + (b - u); ${emit.lane('high')} = t; }`;
  const change = (emit: EmitContext, sign: '+' | '-'): string => {
    if (!retracting) return twoSum(emit, valueOf(emit));
    const count = (name: string): string => `${emit.lane(name)} ${sign}= 1;`;
    return (
      `{ const v = ${valueOf(emit)}; if (v - v === 0) ${twoSum(emit, sign === '+' ? 'v' : '-v')} ` +
      `else { ${count('odd')} if (v !== v) { ${count('nan')} } else if (v > 0) { ${count('up')} } else { ${count('down')} } } }`
    );
  };
  return {
    kind: `float ${kind}`,
    args,
    lanes,
    add: emit => change(emit, '+'),
    retract: emit => `${change(emit, '-')} ${clearText(emit, lanes)}`,
    merge: (emit: MergeContext) =>
      `${twoSum(emit, emit.other('high'))} ${emit.lane('low')} += ${emit.other('low')}; ` +
      odd.map(name => `${emit.lane(name)} += ${emit.other(name)};`).join(' '),
    number: emit => {
      const finite = `finiteSum(${emit.lane('high')}, ${emit.lane('low')})`;
      if (!retracting) return finite;
      // Where values are told row by row, the look at one counter is what this costs.
      const [all, ...kinds] = odd.map(name => emit.lane(name));
      return `(${all} === 0 ? ${finite} : oddSum(${finite}, ${kinds.join(', ')}))`;
    },
  };
}

/** Back to exactly nothing once the last row was taken back. */
export function clearText(emit: EmitContext, lanes: readonly StateLane[]): string {
  return `if (${emit.seen} === 0) { ${lanes.map(lane => `${emit.lane(lane.name)} = 0;`).join(' ')} }`;
}

/**
 * An exact sum of integers: `low` while it is a safe integer, which is nearly always, and what exceeds it in units of 2^53
 * in `high`. The value is checked against int64 when it is read, so the order of the rows does not matter.
 */
export function integerSum(kind: string, args: readonly number[]): SumPart {
  const carry = (emit: EmitContext, value: string): string =>
    `carry(${emit.cells}, ${emit.cell('high')}, ${emit.cell('low')}, ${value});`;
  const plus = (emit: EmitContext, value: string, isBigint: boolean): string => {
    if (isBigint) return carry(emit, value);
    return (
      `{ const t = ${emit.lane('low')} + ${value}; ` +
      `if (Math.abs(t) <= 9007199254740991) ${emit.lane('low')} = t; else ${carry(emit, value)} }`
    );
  };
  const isBigint = (emit: EmitContext): boolean => emit.wide && emit.int64[0];
  return {
    kind: `integer ${kind}`,
    args,
    lanes: [
      { name: 'high', lane: 'float64', init: 0 },
      { name: 'low', lane: 'float64', init: 0 },
    ],
    add: emit => plus(emit, emit.args[0], isBigint(emit)),
    retract: emit => plus(emit, `(-${emit.args[0]})`, isBigint(emit)),
    merge: emit => `${plus(emit, emit.other('low'), false)} ${emit.lane('high')} += ${emit.other('high')};`,
    number: emit => `(${emit.lane('high')} * 9007199254740992 + ${emit.lane('low')})`,
  };
}

const UNIT = 1n << 53n;

/** Adds a value that the safe integers cannot hold: the sum is split anew between the lanes. */
export function carry(cells: Float64Array, high: number, low: number, value: number | bigint): void {
  const total = BigInt(cells[low]) + BigInt(value);
  const units = total / UNIT;
  cells[high] += Number(units);
  cells[low] = Number(total - units * UNIT);
}

/** The exact sum; an error where it is no int64, or has more digits than a decimal. */
export function exactSum(high: number, low: number, digits: number): bigint {
  const total = BigInt(high) * UNIT + BigInt(low);
  const limit = 10n ** BigInt(digits);
  if (BigInt.asIntN(64, total) !== total || total >= limit || total <= -limit) {
    throw new OverflowError(
      'MR3110',
      digits < 19
        ? `sum() of decimals has more than ${digits} digits: ${total}.`
        : `sum() of integers left the range of int64: ${total}.`,
      `Cast the column first: sum(t.x.cast(float64)).`,
    );
  }
  return total;
}

/** A compensated sum as a number; one that left the finite numbers has no rest. */
export function finiteSum(sum: number, rest: number): number {
  return sum - sum === 0 ? sum + rest : sum;
}

/** A sum of finite numbers, and of so many NaN, Infinity and -Infinity. */
export function oddSum(finite: number, nan: number, up: number, down: number): number {
  if (nan > 0 || (up > 0 && down > 0)) return NaN;
  if (up > 0) return Infinity;
  return down > 0 ? -Infinity : finite;
}

/** The mean of so many ticks, halves away from zero: by the remainder, since a quotient's fraction may be rounded to a half. */
export function meanTicks(total: number, count: number): number {
  const rest = total % count;
  const whole = (total - rest) / count;
  return Math.abs(rest) * 2 >= count ? whole + Math.sign(rest) : whole + 0;
}

/** The same of a total that the safe integers cannot hold. */
export function exactMeanTicks(high: number, low: number, count: number): bigint {
  const total = BigInt(high) * UNIT + BigInt(low);
  const by = BigInt(count);
  return (2n * total + (total < 0n ? -by : by)) / (2n * by);
}
