import { extreme } from './extremes.js';

export const min = extreme('min');
