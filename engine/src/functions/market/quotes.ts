import { FLOAT64 } from '../../columns/types.js';
import type { ScalarFunction, SqlText } from '../../expr/function.js';
import { fixedFunction } from '../scalar/fixed.js';
import { inBoth } from '../scalar/sql.js';

/** A SQL text that divides, NULL where the divisor is 0. */
const ratio =
  (text: (args: readonly string[]) => readonly [above: string, below: string]): SqlText =>
  args => {
    const [above, below] = text(args.map(arg => `CAST(${arg} AS DOUBLE)`));
    return `((${above}) / NULLIF(${below}, 0))`;
  };

const double = (x: string): string => `CAST(${x} AS DOUBLE)`;

export const spread: ScalarFunction = fixedFunction({
  name: 'spread',
  signature: 'spread(bid, ask)',
  doc: 'The quoted spread: ask − bid, as float64.',
  examples: [[[99.5, 100.25], 0.75]],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  sql: inBoth(([bid, ask]) => `(${double(ask)} - ${double(bid)})`),
  evaluate: ([bid, ask]) => (ask as number) - (bid as number),
  emit: ([bid, ask]) => ({ value: `(${ask.value} - ${bid.value})` }),
});

export const mid: ScalarFunction = fixedFunction({
  name: 'mid',
  signature: 'mid(bid, ask)',
  doc: 'The mid-price: (bid + ask) / 2, as float64.',
  examples: [[[99.5, 100.25], 99.875]],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  sql: inBoth(([bid, ask]) => `((${double(bid)} + ${double(ask)}) / 2)`),
  evaluate: ([bid, ask]) => ((bid as number) + (ask as number)) / 2,
  emit: ([bid, ask]) => ({ value: `((${bid.value} + ${ask.value}) / 2)` }),
});

export const microprice: ScalarFunction = fixedFunction({
  name: 'microprice',
  signature: 'microprice(bid, ask, bidSize, askSize)',
  doc: 'The mid-price weighted by the sizes of the other side: (bid × askSize + ask × bidSize) / (bidSize + askSize) (Gatheral and Oomen 2010), as float64. NULL where there is no size.',
  examples: [
    [[99, 100, 300, 100], 99.75],
    [[99, 100, 0, 0], null],
  ],
  args: [FLOAT64, FLOAT64, FLOAT64, FLOAT64],
  type: FLOAT64,
  nullable: true,
  sql: inBoth(
    ratio(([bid, ask, bidSize, askSize]) => [
      `${bid} * ${askSize} + ${ask} * ${bidSize}`,
      `(${bidSize} + ${askSize})`,
    ]),
  ),
  evaluate([bid, ask, bidSize, askSize]) {
    const size = (bidSize as number) + (askSize as number);
    return size === 0
      ? null
      : ((bid as number) * (askSize as number) + (ask as number) * (bidSize as number)) / size;
  },
  emit: ([bid, ask, bidSize, askSize]) => ({
    value: `((${bid.value} * ${askSize.value} + ${ask.value} * ${bidSize.value}) / (${bidSize.value} + ${askSize.value}))`,
    valid: `(${bidSize.value} + ${askSize.value}) !== 0`,
  }),
});

export const imbalance: ScalarFunction = fixedFunction({
  name: 'imbalance',
  signature: 'imbalance(bidSize, askSize)',
  doc: 'The imbalance of the best quotes: (bidSize − askSize) / (bidSize + askSize), from −1 to 1 (Cartea, Jaimungal and Penalva 2015), as float64. NULL where there is no size.',
  examples: [
    [[300, 100], 0.5],
    [[0, 0], null],
  ],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  nullable: true,
  sql: inBoth(ratio(([bidSize, askSize]) => [`${bidSize} - ${askSize}`, `(${bidSize} + ${askSize})`])),
  evaluate([bidSize, askSize]) {
    const size = (bidSize as number) + (askSize as number);
    return size === 0 ? null : ((bidSize as number) - (askSize as number)) / size;
  },
  emit: ([bidSize, askSize]) => ({
    value: `((${bidSize.value} - ${askSize.value}) / (${bidSize.value} + ${askSize.value}))`,
    valid: `(${bidSize.value} + ${askSize.value}) !== 0`,
  }),
});
