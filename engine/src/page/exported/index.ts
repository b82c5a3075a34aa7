/** For who exports pages: the session that a page opens, opened here, and the loops that it needs. */
export { openExported } from './open.js';
export { watchGenerated } from '../../codegen/ahead.js';
