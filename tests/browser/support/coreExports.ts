/** What the page uses of the core's entry points. */
export { count, first, sum, Table, tumble } from '../../../engine/src/index.js';
export { setDefaultLink } from '../../../engine/src/session/index.js';
