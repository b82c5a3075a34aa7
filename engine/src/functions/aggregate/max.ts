import { extreme } from './extremes.js';

export const max = extreme('max');
