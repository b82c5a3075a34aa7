import { nanosecondsOf, timeWeighted } from '../market/paths.js';
import { safeInteger } from './defined.js';
import { correlation, notNegative } from './deviations.js';
import { joinedTexts, jsonList } from './lists.js';
import { moment, productError } from './moments.js';
import { quantileAt } from './quantiles.js';
import { narrow } from './state/held.js';
import { carry, exactMeanTicks, exactSum, finiteSum, meanTicks, oddSum } from './sums.js';
import { comesBefore } from './text.js';

/** The functions that aggregates' text calls, by the names it calls them by. */
export const AGGREGATE_HELPERS = {
  carry,
  comesBefore,
  correlation,
  exactMeanTicks,
  exactSum,
  finiteSum,
  joinedTexts,
  jsonList,
  meanTicks,
  moment,
  nanosecondsOf,
  narrow,
  notNegative,
  oddSum,
  productError,
  quantileAt,
  safeInteger,
  timeWeighted,
} as const;
