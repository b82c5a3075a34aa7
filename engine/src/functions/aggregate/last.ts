import { end } from './ends.js';

export const last = end('last');
