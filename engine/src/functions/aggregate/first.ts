import { end } from './ends.js';

export const first = end('first');
