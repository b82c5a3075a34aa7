import type { StateLane } from '../aggregate/define.js';

/**
 * Aggregates whose value in a moving frame is one of its rows' values: a queue holds, for each key, the rows that can still become
 * it, the present one in front. `drops` says, as text, whether a new value makes the last of the queue useless.
 */
interface DequeRule {
  drops(value: string, held: string, lane: StateLane['lane'], dictionary: string): string;
}

/** The aggregates kept so (Lemire, Streaming Maximum-Minimum Filter, 2006). Of equal values the earlier one is in front. */
export const DEQUE_RULES: ReadonlyMap<string, DequeRule> = new Map<string, DequeRule>([
  [
    'min',
    {
      drops: (value, held, lane, dictionary) =>
        lane === 'string'
          ? `comesBefore(${dictionary}, ${value}, ${held})`
          : lane === 'float64'
            ? `${value} < ${held} || ${held} !== ${held}`
            : `${value} < ${held}`,
    },
  ],
  [
    'max',
    {
      drops: (value, held, lane, dictionary) =>
        lane === 'string'
          ? `comesBefore(${dictionary}, ${held}, ${value})`
          : lane === 'float64'
            ? `${value} > ${held} || ${value} !== ${value}`
            : `${value} > ${held}`,
    },
  ],
  ['first', { drops: () => 'false' }],
  ['last', { drops: () => 'true' }],
]);
