import type { EmitContext, MergeContext, StateLane } from './define.js';
import { OverflowError } from './errors.js';

/** A running sum as a part of an aggregate's state: lanes and text, with names that start with `prefix`. */
export interface SumPart {
  readonly lanes: readonly StateLane[];
  add(emit: EmitContext, value: string): string;
  retract(emit: EmitContext, value: string): string;
  merge(emit: MergeContext): string;
  /** Back to exactly zero: what a group whose last row was taken back holds. */
  clear(emit: EmitContext): string;
  /** The sum as a float64. */
  number(emit: EmitContext): string;
}

/**
 * A compensated sum of floats: two lanes, whose sum is right to about twice the precision of a float64 (Neumaier 1974, in the
 * form without branches, Knuth's TwoSum). Where rows may be taken back, infinities and NaN are counted apart, so that they can be too.
 */
export function floatSum(prefix: string, retracting: boolean): SumPart {
  const sum = `${prefix}Sum`;
  const rest = `${prefix}Rest`;
  const odd = `${prefix}Odd`;
  const lanes: StateLane[] = [
    { name: sum, lane: 'float64', init: 0 },
    { name: rest, lane: 'float64', init: 0 },
  ];
  const oddLanes = [`${odd}Nan`, `${odd}Up`, `${odd}Down`];
  if (retracting) for (const name of oddLanes) lanes.push({ name, lane: 'float64', init: 0 });
  const twoSum = (emit: EmitContext, value: string): string =>
    `{ const a = ${emit.lane(sum)}, b = ${value}, t = a + b, u = t - a; ` +
    `${emit.lane(rest)} += (a - (t - u)) + (b - u); ${emit.lane(sum)} = t; }`;
  const guarded = (emit: EmitContext, value: string, sign: '+' | '-'): string => {
    const signed = sign === '+' ? value : `-(${value})`;
    if (!retracting) return twoSum(emit, signed);
    const count = (name: string): string => `${emit.lane(name)} ${sign}= 1;`;
    return (
      `if (${value} - ${value} === 0) ${twoSum(emit, signed)} else if (${value} !== ${value}) { ${count(oddLanes[0])} } ` +
      `else if (${value} > 0) { ${count(oddLanes[1])} } else { ${count(oddLanes[2])} }`
    );
  };
  return {
    lanes,
    add: (emit, value) => guarded(emit, value, '+'),
    retract: (emit, value) => guarded(emit, value, '-'),
    merge: emit =>
      `${twoSum(emit, emit.other(sum))} ${emit.lane(rest)} += ${emit.other(rest)};` +
      (retracting ? oddLanes.map(name => `${emit.lane(name)} += ${emit.other(name)};`).join(' ') : ''),
    clear: emit => lanes.map(lane => `${emit.lane(lane.name)} = 0;`).join(' '),
    number: emit => {
      const finite = `finiteSum(${emit.lane(sum)}, ${emit.lane(rest)})`;
      if (!retracting) return finite;
      return `oddSum(${finite}, ${oddLanes.map(name => emit.lane(name)).join(', ')})`;
    },
  };
}

/**
 * An exact sum of integers: `low` while it is a safe integer, which is nearly always, and what exceeds it in units of 2^53
 * in `high`. The value is checked against int64 when it is read, so the order of the rows does not matter.
 */
export function integerSum(prefix: string): SumPart {
  const high = `${prefix}High`;
  const low = `${prefix}Low`;
  const carry = (emit: EmitContext, value: string): string =>
    `carry(${emit.array(high)}, ${emit.array(low)}, ${emit.slot}, ${value});`;
  const plus = (emit: EmitContext, value: string, isBigint: boolean): string => {
    if (isBigint) return carry(emit, value);
    return (
      `{ const t = ${emit.lane(low)} + ${value}; ` +
      `if (t <= 9007199254740991 && t >= -9007199254740991) ${emit.lane(low)} = t; else ${carry(emit, value)} }`
    );
  };
  return {
    lanes: [
      { name: high, lane: 'float64', init: 0 },
      { name: low, lane: 'float64', init: 0 },
    ],
    add: (emit, value) => plus(emit, value, emit.wide),
    retract: (emit, value) => plus(emit, `(-${value})`, emit.wide),
    merge: emit => `${plus(emit, emit.other(low), false)} ${emit.lane(high)} += ${emit.other(high)};`,
    clear: emit => `${emit.lane(high)} = 0; ${emit.lane(low)} = 0;`,
    number: emit => `(${emit.lane(high)} * 9007199254740992 + ${emit.lane(low)})`,
  };
}

const UNIT = 1n << 53n;

/** Adds a value that the safe integers cannot hold: the sum is split anew between the lanes. */
export function carry(high: Float64Array, low: Float64Array, slot: number, value: number | bigint): void {
  const total = BigInt(low[slot]) + BigInt(value);
  const units = total / UNIT;
  high[slot] += Number(units);
  low[slot] = Number(total - units * UNIT);
}

/** The exact sum; an error where it is no int64. */
export function exactSum(high: number, low: number): bigint {
  const total = BigInt(high) * UNIT + BigInt(low);
  if (BigInt.asIntN(64, total) !== total) {
    throw new OverflowError(
      'MR3110',
      `sum() of integers left the range of int64: ${total}.`,
      `Cast the column first: sum(t.x.cast('float64')).`,
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
