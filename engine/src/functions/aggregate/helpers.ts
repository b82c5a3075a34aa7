import { narrow } from './state/held.js';
import { carry, exactSum, finiteSum, oddSum } from './sums.js';
import { comesBefore } from './text.js';

/** The functions that aggregates' text calls, by the names it calls them by. */
export const AGGREGATE_HELPERS = { carry, exactSum, finiteSum, oddSum, comesBefore, narrow } as const;
